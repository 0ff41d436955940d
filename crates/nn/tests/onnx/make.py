"""Turns ONNX's operator tests into `cases.txt` (data) and `cases.rs` (a typed test a case), both beside this file.

    pip install onnx==1.19.1     # later packages hold no test data
    python make.py

Layouts become ours: channels last, filters HWIO, `Linear` weights [in][out]; axes that an operator works along come last. Nothing else is
done to the numbers, but for what an attribute multiplies a weight by (Gemm's alpha and beta). The data is ONNX's, under the licence beside
it. `README.md` describes the format.
"""

import base64
from pathlib import Path

import numpy as np
import onnx
from onnx import numpy_helper

from operators import GRAPHS, OPERATORS, Lacks, NotApplicable

HERE = Path(__file__).resolve().parent
# The expected numbers stand in the test's source, in four digits.
ROUNDED = {"averagepool_2d_ceil_last_window_starts_on_pad"}
DATA = Path(onnx.__file__).parent / "backend" / "test" / "data" / "node"


class Node:
    """A case: its operator with attributes, inputs by place and outputs."""

    def __init__(self, folder):
        model = onnx.load(folder / "model.onnx")
        self.name, self.graph = folder.name, model.graph
        self.operators = [node.op_type for node in model.graph.node]
        self.operator = self.operators[0] if len(self.operators) == 1 else None
        self.opset = model.opset_import[0].version
        self.folder = folder

    def read(self):
        node = self.graph.node[0]
        self.attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        given = [self.tensor(f"input_{i}", value) for i, value in enumerate(self.graph.input)]
        found = [self.tensor(f"output_{i}", value) for i, value in enumerate(self.graph.output)]
        by_name = {value.name: tensor for value, tensor in zip(self.graph.input, given)}
        self.inputs = [by_name.get(name) for name in node.input]
        self.outputs = found
        return self

    def tensor(self, file, value):
        if value.type.WhichOneof("value") != "tensor_type":
            raise NotApplicable("a non-float type")
        proto = onnx.TensorProto()
        proto.ParseFromString((self.folder / "test_data_set_0" / f"{file}.pb").read_bytes())
        return numpy_helper.to_array(proto)

    def input(self, i):
        return self.inputs[i] if i < len(self.inputs) else None

    def get(self, name, default=None):
        value = self.attributes.get(name, default)
        return value.decode() if isinstance(value, bytes) else value


class Data:
    """Every tensor once, as base64 of little-endian f32."""

    def __init__(self):
        self.numbers = {}

    def number(self, array):
        text = base64.b64encode(np.ascontiguousarray(array, "<f4").tobytes()).decode()
        return self.numbers.setdefault(text, len(self.numbers))


def convert(node):
    if tuple(node.operators) in GRAPHS:
        return GRAPHS[tuple(node.operators)](node.read())
    if node.operator is None:
        missing = sorted({op for op in node.operators if op not in OPERATORS})
        raise NotApplicable(f"an operator that nothing here offers: {', '.join(missing[:4] or node.operators)}")
    if node.operator not in OPERATORS:
        raise NotApplicable("an operator that nothing here offers")
    node.read()
    return OPERATORS[node.operator](node)


def main():
    data, cases, others, tests = Data(), [], [], []
    for folder in sorted(DATA.iterdir()):
        node = Node(folder)
        name = node.name.removeprefix("test_")
        operator = node.operator or "several"
        try:
            parts = convert(node)
        except NotApplicable as reason:
            others.append(f"skip {name} {operator} {reason}")
            continue
        except Lacks as reason:
            others.append(f"lacks {name} {operator} {reason}")
            continue
        for i, part in enumerate(parts):
            title = name if len(parts) == 1 else f"{name}/{i}"
            cases.append(f"case {title} {operator}" + " rounded" * (name in ROUNDED))
            for tensor, value in part.tensors.items():
                sides = " ".join(map(str, value.shape))
                cases.append(f"tensor {tensor} {sides} #{data.number(value)}".replace("  ", " "))
            tests.append(f'    "{title}" {part.test};')
    lines = [f"data {text}" for text in data.numbers] + cases + others
    (HERE / "cases.txt").write_text("\n".join(lines) + "\n", encoding="ascii", newline="\n")
    head = "//! The types of each case; written by make.py.\n\nuse super::*;\n\ncases! {\n"
    (HERE / "cases.rs").write_text(head + "\n".join(tests) + "\n}\n", encoding="ascii", newline="\n")
    print(len(tests), "parts,", len([o for o in others if o.startswith("skip")]), "skipped")
    for other in others:
        if other.startswith("lacks"):
            print(other)


if __name__ == "__main__":
    main()
