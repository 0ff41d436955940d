//! Objects found by one box an image.

/// A box, by its centre and its sides.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Bounds {
    /// of the centre
    pub x: f64,
    /// of the centre
    pub y: f64,
    /// not negative
    pub width: f64,
    /// not negative
    pub height: f64,
}

impl Bounds {
    /// Intersection over union: 1 for the same box, 0 for boxes apart.
    ///
    /// ```
    /// use optim::metrics::Bounds;
    /// let a = Bounds { x: 1.0, y: 1.0, width: 2.0, height: 2.0 };
    /// assert_eq!(a.iou(Bounds { x: 2.0, ..a }), 1.0 / 3.0);
    /// ```
    pub fn iou(self, other: Self) -> f64 {
        let shared = |a: f64, side_a: f64, b: f64, side_b: f64| {
            let right = (a + side_a / 2.0).min(b + side_b / 2.0);
            (right - (a - side_a / 2.0).max(b - side_b / 2.0)).max(0.0)
        };
        let both = shared(self.x, self.width, other.x, other.width)
            * shared(self.y, self.height, other.y, other.height);
        let either = self.width * self.height + other.width * other.height - both;
        if either > 0.0 { both / either } else { 0.0 }
    }
}

/// Average precision of a detector that gives at most one box an image: the area under precision by recall, where precision is the best at
/// that recall or beyond (PASCAL VOC from 2010 on).
///
/// Everingham et al.: The PASCAL visual object classes challenge (2010).
#[derive(Clone, Default, Debug)]
pub struct AveragePrecision {
    /// confidence, and the overlap with the object
    found: Vec<(f64, f64)>,
    objects: usize,
}

impl AveragePrecision {
    /// Counts an image: a box with a confidence, if one was given, and the object, if there is one.
    pub fn add(&mut self, found: Option<(f64, Bounds)>, object: Option<Bounds>) {
        self.objects += usize::from(object.is_some());
        if let Some((confidence, bounds)) = found {
            let overlap = object.map_or(0.0, |object| bounds.iou(object));
            self.found.push((confidence, overlap));
        }
    }

    /// The average precision where a box counts if its IoU is at least `least`; `None` if there are no objects.
    pub fn at(&self, least: f64) -> Option<f64> {
        if self.objects == 0 {
            return None;
        }
        let mut found = self.found.clone();
        found.sort_by(|a, b| b.0.total_cmp(&a.0));
        // precision after each confidence; equal ones come together
        let (mut hits, mut boxes, mut curve) = (0_usize, 0_usize, Vec::new());
        for group in found.chunk_by(|a, b| a.0 == b.0) {
            let new = group
                .iter()
                .filter(|(_, overlap)| *overlap >= least)
                .count();
            hits += new;
            boxes += group.len();
            curve.push((new, hits as f64 / boxes as f64));
        }
        let (mut best, mut area) = (0.0_f64, 0.0);
        for (new, precision) in curve.into_iter().rev() {
            best = best.max(precision);
            area += new as f64 * best;
        }
        Some(area / self.objects as f64)
    }

    /// The mean over the least overlaps 0.5, 0.55, …, 0.95, as for COCO.
    pub fn mean(&self) -> Option<f64> {
        let all: Option<Vec<f64>> = (10..20).map(|i| self.at(f64::from(i) / 20.0)).collect();
        all.map(|all| all.iter().sum::<f64>() / all.len() as f64)
    }
}
