// Softmax over the last axis: e^(x - largest x) over the sum of them, so that nothing overflows. A row a thread.
//
// shapes      input as in lib/input.wgsl | output [E, B, STEPS, FEATURES]
// dispatch    (ceil(B * STEPS / 64) folded into x and y, E), workgroup 64
// Sum order   k = 0..FEATURES-1
@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * 64u + id.x;
  if n >= step.count * STEPS { return; }
  let x = input_row(id.z, n / STEPS, n % STEPS);
  let at = (id.z * BATCH * STEPS + n) * FEATURES;

  var largest = input[x];
  for (var k = 1u; k < FEATURES; k++) { largest = max(largest, input[x + k]); }
  var sum = 0.0;
  for (var k = 0u; k < FEATURES; k++) {
    let e = exp_safe(vec4f(input[x + k] - largest)).x;
    output[at + k] = e;
    sum += e;
  }
  for (var k = 0u; k < FEATURES; k++) { output[at + k] /= sum; }
}
