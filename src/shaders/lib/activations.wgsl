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

// Four values at a time: one switch for four keeps the kernels small, compiling them is what a first step waits for.
fn activate(kind: u32, x: vec4f) -> vec4f {
  switch kind {
    case TANH: { return tanh_safe(x); }
    case SIGMOID: { return sigmoid_safe(x); }
    case RELU: { return max(x, vec4f(0.0)); }
    case SOFTSIGN: { return x / (1.0 + abs(x)); }
    case HARD_SIGMOID: { return clamp(x / 6.0 + 0.5, vec4f(0.0), vec4f(1.0)); }
    case HARD_SIGMOID_KERAS2: { return clamp(0.2 * x + 0.5, vec4f(0.0), vec4f(1.0)); }
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
    default: { return one; }
  }
}
