//! The names that the parts of networks have in torchvision's files of weights.

nn::names! {
    pub Features = "features", pub Classifier = "classifier",
    pub Conv = "conv", pub Bn = "bn",
    pub Conv1 = "conv1", pub Conv2 = "conv2", pub Conv3 = "conv3",
    pub Bn1 = "bn1", pub Bn2 = "bn2", pub Bn3 = "bn3",
    pub Layer1 = "layer1", pub Layer2 = "layer2", pub Layer3 = "layer3", pub Layer4 = "layer4",
    pub Downsample = "downsample",
    pub Fc = "fc", pub Fc1 = "fc1", pub Fc2 = "fc2",
    pub Branch1 = "branch1", pub Branch2 = "branch2", pub Branch3 = "branch3", pub Branch4 = "branch4",
    pub Inception3a = "inception3a", pub Inception3b = "inception3b",
    pub Inception4a = "inception4a", pub Inception4b = "inception4b", pub Inception4c = "inception4c",
    pub Inception4d = "inception4d", pub Inception4e = "inception4e",
    pub Inception5a = "inception5a", pub Inception5b = "inception5b",
    pub Aux1 = "aux1", pub Aux2 = "aux2",
}
