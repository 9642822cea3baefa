// Masking forward: a step counts when any of its features differs from MASK_VALUE; a step that does not is zeroed.
//
// shapes      input as in lib/input.wgsl | output [E, B, STEPS, FEATURES] | mask [E, B, STEPS], 1 where a step counts
// dispatch    (ceil(B * STEPS / 64) folded into x and y, E), workgroup 64, a step a thread
override MASK_VALUE: f32;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;
@group(0) @binding(4) var<storage, read_write> mask: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let n = id.y * groups.x * 64u + id.x;
  if n >= step.count * STEPS { return; }
  let x = input_row(id.z, n / STEPS, n % STEPS);
  var counts = false;
  for (var k = 0u; k < FEATURES; k++) { counts = counts || input[x + k] != MASK_VALUE; }
  let at = id.z * BATCH * STEPS + n;
  mask[at] = select(0u, 1u, counts);
  for (var k = 0u; k < FEATURES; k++) { output[at * FEATURES + k] = select(0.0, input[x + k], counts); }
}
