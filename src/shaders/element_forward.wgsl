// ReLU, ELU and Rescaling with their settings, one element a thread. Activations without settings: activation_forward.
//
//   KIND 0  ReLU       x >= A: A (where HAS_MAXIMUM);  x >= B: x;  else C * (x - B)
//   KIND 1  ELU        x > 0: x;  else A * (e^x - 1)
//   KIND 2  Rescaling  x * A + B
//
// shapes      input as in lib/input.wgsl | output [E, B, STEPS, FEATURES]
// dispatch    (ceil(B * STEPS * FEATURES / 64) folded into x and y, E), workgroup 64
override KIND: u32;
override A: f32;
override B: f32;
override C: f32;
override HAS_MAXIMUM: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.y * groups.x * 64u + id.x;
  let n = element / FEATURES;
  if n >= step.count * STEPS { return; }
  let x = input[input_row(id.z, n / STEPS, n % STEPS) + element % FEATURES];
  output[id.z * BATCH * STEPS * FEATURES + element] = value_of(x);
}

fn value_of(x: f32) -> f32 {
  switch KIND {
    case 0u: {
      if HAS_MAXIMUM && x >= A { return A; }
      return select(C * (x - B), x, x >= B);
    }
    case 1u: { return select(A * expm1_of_negative(vec4f(x)).x, x, x > 0.0); }
    default: { return x * A + B; }
  }
}
