//! Every function and operator of dual numbers, where it is smooth.
//!
//! Operators are called by their trait.

use std::iter::Product;
use std::ops::RemAssign;

use core_tensor::{Real, Rule};

use crate::case::Case;
use crate::formula::formula;

// name, the range of each argument: formula
macro_rules! formulas { ($($name:literal $ranges:expr => |$($x:ident)+| $formula:expr;)+) => { vec![$({
    fn f<R: Full>(x: &[R]) -> R {
        let &[$($x),+] = x else { unreachable!("as many ranges as arguments") };
        $formula
    }
    Case::formula($name, stringify!($formula), || formula!(f, $ranges))
}),+] } }

/// What the numbers of the cases have beyond [`Real`].
trait Full: Real + RemAssign + Product {}
impl<T: Real + RemAssign + Product> Full for T {}

const ANY: [f64; 2] = [-2.0, 2.0];
const POSITIVE: [f64; 2] = [0.5, 3.0];
const UNIT: [f64; 2] = [-0.7, 0.7];

/// `u²·sin v` with its derivatives.
struct Brought;

impl Rule<2> for Brought {
    fn value<R: Real>(&self, [u, v]: [R; 2]) -> R {
        u * u * v.sin()
    }

    fn slopes<R: Real>(&self, [u, v]: [R; 2]) -> [R; 2] {
        [(u + u) * v.sin(), u * u * v.cos()]
    }
}

/// The functions of one number, of more, and the operators.
#[rustfmt::skip]
pub(crate) fn all() -> Vec<Case> {
    formulas! {
        "recip" [POSITIVE] => |x| x.recip();
        "sqrt" [POSITIVE] => |x| x.sqrt();
        "cbrt" [POSITIVE] => |x| x.cbrt();
        "exp" [ANY] => |x| x.exp();
        "exp2" [ANY] => |x| x.exp2();
        "exp_m1" [ANY] => |x| x.exp_m1();
        "ln" [POSITIVE] => |x| x.ln();
        "log2" [POSITIVE] => |x| x.log2();
        "log10" [POSITIVE] => |x| x.log10();
        "ln_1p" [UNIT] => |x| x.ln_1p();
        "sin" [ANY] => |x| x.sin();
        "cos" [ANY] => |x| x.cos();
        "tan" [UNIT] => |x| x.tan();
        "asin" [UNIT] => |x| x.asin();
        "acos" [UNIT] => |x| x.acos();
        "atan" [ANY] => |x| x.atan();
        "to_degrees" [ANY] => |x| x.to_degrees();
        "to_radians" [ANY] => |x| x.to_radians();
        "sinh" [ANY] => |x| x.sinh();
        "cosh" [ANY] => |x| x.cosh();
        "tanh" [ANY] => |x| x.tanh();
        "asinh" [ANY] => |x| x.asinh();
        "acosh" [[1.5, 4.0]] => |x| x.acosh();
        "atanh" [UNIT] => |x| x.atanh();
        "abs" [ANY] => |x| x.abs();
        "fract" [ANY] => |x| x.fract();
        "floor" [ANY] => |x| x.floor() * x;
        "ceil" [ANY] => |x| x.ceil() * x;
        "round" [ANY] => |x| x.round() * x;
        "trunc" [ANY] => |x| x.trunc() * x;
        "signum" [ANY] => |x| x.signum() * x;
        "erf" [ANY] => |x| x.erf();
        "normal_cdf" [ANY] => |x| x.normal_cdf();
        "softplus" [ANY] => |x| x.softplus();
        "sigmoid" [ANY] => |x| x.sigmoid();
        "sin_cos" [ANY] => |x| { let (sin, cos) = x.sin_cos(); sin + (cos + cos) * x };
        "powi" [ANY] => |x| x.powi(3);
        "powi" [POSITIVE] => |x| x.powi(-2);
        "powi" [ANY] => |x| x.powi(0) + x.powi(1);
        "powf" [POSITIVE, ANY] => |x n| x.powf(n);
        "log" [POSITIVE, [1.5, 4.0]] => |x base| x.log(base);
        "hypot" [ANY, POSITIVE] => |x y| x.hypot(y);
        "atan2" [ANY, POSITIVE] => |y x| y.atan2(x);
        "atan2" [POSITIVE, ANY] => |y x| y.atan2(x);
        "mul_add" [ANY, ANY, ANY] => |x a b| x.mul_add(a, b * b);
        "copysign" [ANY, ANY] => |x sign| (x * x * x).copysign(sign);
        "max" [ANY, ANY] => |x y| (x * x).max(y * y * y);
        "min" [ANY, ANY] => |x y| (x * x).min(y * y * y);
        "abs_sub" [ANY, ANY] => |x y| (x * x).abs_sub(y * y * y);
        "by_rule" [ANY, ANY] => |u v| R::by_rule(&Brought, [u, v]);
        "Neg" [ANY] => |x| -(x * x);
        "Add" [ANY, ANY] => |x y| x * x + y * y * y;
        "Sub" [ANY, ANY] => |x y| x * x - y * y * y;
        "Mul" [ANY, ANY] => |x y| x * y;
        "Div" [ANY, POSITIVE] => |x y| x / y;
        "Rem" [ANY, POSITIVE] => |x y| (x * x) % y;
        "AddAssign" [ANY, ANY] => |x y| { let mut z = x * x; z += y * y; z };
        "SubAssign" [ANY, ANY] => |x y| { let mut z = x * x; z -= y * y; z };
        "MulAssign" [ANY, ANY] => |x y| { let mut z = x * x; z *= y; z };
        "DivAssign" [ANY, POSITIVE] => |x y| { let mut z = x * x; z /= y; z };
        "RemAssign" [ANY, POSITIVE] => |x y| { let mut z = x * x; z %= y; z };
        "Sum" [ANY, ANY, ANY] => |x y z| [x * y, y * z, z * z].into_iter().sum();
        "Product" [ANY, ANY, ANY] => |x y z| [x, y + z, z].into_iter().product();
    }
}
