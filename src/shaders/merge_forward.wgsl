// The two directions of a Bidirectional made one: forward f and backward g, whose steps are turned round first.
//
//   MODE 0  f and g side by side    1  f + g    2  f * g    3  (f + g) / 2
//
// shapes      forward, backward [E, B, STEPS, UNITS] | output [E, B, STEPS, UNITS], or [E, B, STEPS, 2 * UNITS] with MODE 0
// dispatch    (ceil(B * STEPS * UNITS / 64) folded into x and y, E), workgroup 64
override BATCH: u32;
override STEPS: u32;
override UNITS: u32;
override MODE: u32;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> forward: array<f32>;
@group(0) @binding(2) var<storage, read> backward: array<f32>;
@group(0) @binding(3) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let element = id.y * groups.x * 64u + id.x;
  let row = element / UNITS;
  let u = element % UNITS;
  if row >= step.count * STEPS { return; }
  let first = id.z * BATCH * STEPS;
  let n = first + row;
  let turned = first + row - row % STEPS + (STEPS - 1u - row % STEPS);
  let f = forward[n * UNITS + u];
  let g = backward[turned * UNITS + u];
  switch MODE {
    case 0u: {
      output[n * 2u * UNITS + u] = f;
      output[(n * 2u + 1u) * UNITS + u] = g;
    }
    case 1u: { output[n * UNITS + u] = f + g; }
    case 2u: { output[n * UNITS + u] = f * g; }
    default: { output[n * UNITS + u] = (f + g) / 2.0; }
  }
}
