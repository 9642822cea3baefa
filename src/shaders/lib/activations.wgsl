// Activations and their derivatives, safe over the whole float32 range.
// Bare tanh() is NaN above 88.7 on some drivers (gpuweb#4458) and exp() may overflow, so arguments are clamped first:
// tanh(15) and sigmoid(30) are 1 to float32.  Codes follow src/engine/core/activations.ts.
const LINEAR: u32 = 0u;
const TANH: u32 = 1u;
const SIGMOID: u32 = 2u;
const RELU: u32 = 3u;
const SOFTSIGN: u32 = 4u;
const HARD_SIGMOID: u32 = 5u;         // Keras 3:        clip(x / 6 + 0.5, 0, 1)
const HARD_SIGMOID_KERAS2: u32 = 6u;  // Keras 1 and 2:  clip(0.2 x + 0.5, 0, 1)
const SOFTPLUS: u32 = 7u;             // ln(1 + e^x)
const ELU: u32 = 8u;                  // x > 0: x; else e^x - 1
const SELU: u32 = 9u;                 // SELU_SCALE * (x > 0: x; else SELU_ALPHA * (e^x - 1))
const EXPONENTIAL: u32 = 10u;         // e^x, infinite above 88.72 as in Keras

const SELU_SCALE = 1.0507009873554805;
const SELU_ALPHA = 1.6732632423543772;

// tanh by exp(-2|x|); below 0.3 an odd polynomial keeps the relative error small where 1 - e would cancel.
fn tanh_safe(x: vec4f) -> vec4f {
  let a = min(abs(x), vec4f(15.0));
  let e = exp(-2.0 * a);
  let large = sign(x) * (1.0 - e) / (1.0 + e);
  let s = x * x;
  let small = x * (1.0 + s * (-0.33333334 + s * (0.13333334 + s * (-0.05396825 + s * 0.02186949))));
  return select(large, small, a < vec4f(0.3));
}

fn sigmoid_safe(x: vec4f) -> vec4f {
  return 1.0 / (1.0 + exp(-clamp(x, vec4f(-30.0), vec4f(30.0))));
}

// e^x to 2 units in the last place where WGSL allows exp() 3 + 2 |x|: x = n ln 2 + r, and 2^n in two factors, because 2^128
// is no float32. ln 2 in two parts, the first exact in few bits (Cody and Waite); the polynomial is Taylor's.
fn exp_safe(x: vec4f) -> vec4f {
  let a = clamp(x, vec4f(-104.0), vec4f(89.0));
  let n = round(a * 1.44269504);
  let r = (a - n * 0.693359375) + n * 2.12194440e-4;
  let p = 1.0 + r * (1.0 + r * (0.5 + r * (0.16666667 + r * (0.041666668 + r * (0.008333334 + r * 0.0013888889)))));
  let whole = vec4i(n);
  let half = whole >> vec4u(1u);
  return p * power_of_two(half) * power_of_two(whole - half);
}

fn power_of_two(n: vec4i) -> vec4f {
  return bitcast<vec4f>((n + 127) << vec4u(23u));
}

// e^x - 1 for x <= 0; above -0.3 a polynomial, where the subtraction would cancel.
fn expm1_of_negative(x: vec4f) -> vec4f {
  let small = x * (1.0 + x * (0.5 + x * (0.16666667 + x * (0.041666668 + x * (0.008333334 + x * 0.0013888889)))));
  return select(exp_safe(x) - 1.0, small, x > vec4f(-0.3));
}

// ln(1 + e) for e in [0, 1]: 2 artanh(e / (2 + e)), whose terms all have one sign, so that nothing cancels.
fn log1p_of_unit(e: vec4f) -> vec4f {
  let s = e / (2.0 + e);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (0.33333334 + q * (0.2 + q * (0.14285715 + q * (0.11111111 + q * (0.09090909 + q * 0.07692308))))));
}

// Four values at a time: one switch for four keeps the kernels small, compiling them is what a first step waits for.
fn activate(kind: u32, x: vec4f) -> vec4f {
  switch kind {
    case TANH: { return tanh_safe(x); }
    case SIGMOID: { return sigmoid_safe(x); }
    case RELU: { return max(x, vec4f(0.0)); }
    case SOFTSIGN: { return x / (1.0 + abs(x)); }
    case HARD_SIGMOID: { return clamp(x / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)); }
    case HARD_SIGMOID_KERAS2: { return clamp(0.2 * x + 0.5, vec4f(0.0), vec4f(1.0)); }
    case SOFTPLUS: { return max(x, vec4f(0.0)) + log1p_of_unit(exp_safe(-abs(x))); }
    case ELU: { return select(expm1_of_negative(x), x, x > vec4f(0.0)); }
    case SELU: { return SELU_SCALE * select(SELU_ALPHA * expm1_of_negative(x), x, x > vec4f(0.0)); }
    case EXPONENTIAL: { return exp_safe(x); }
    default: { return x; }
  }
}

// Derivative as a function of the activation's value y, which is what forward keeps. At the very edge of a clip the
// value can't tell edge from saturation: the derivative there is 0.
fn activation_slope(kind: u32, y: vec4f) -> vec4f {
  let zero = vec4f(0.0);
  let one = vec4f(1.0);
  switch kind {
    case TANH: { return 1.0 - y * y; }
    case SIGMOID: { return y * (1.0 - y); }
    case RELU: { return select(zero, one, y > zero); }
    case SOFTSIGN: { let d = 1.0 - abs(y); return d * d; }
    case HARD_SIGMOID: { return select(zero, one / 6.0, (y > zero) & (y < one)); }
    case HARD_SIGMOID_KERAS2: { return select(zero, 0.2 * one, (y > zero) & (y < one)); }
    case SOFTPLUS: { return -expm1_of_negative(-y); }
    case ELU: { return select(y + 1.0, one, y > zero); }
    case SELU: { return SELU_SCALE * select(y / SELU_SCALE + SELU_ALPHA, one, y >= zero); }
    case EXPONENTIAL: { return y; }
    default: { return one; }
  }
}
