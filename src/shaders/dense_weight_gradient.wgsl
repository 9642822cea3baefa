// Gradient of a Dense layer's weights: d[W; b] = sum_n [x_n | 1]^T . dz_n over all rows n = (b, s).
// Split-K as in lstm_weight_gradient. A thread owns one row of [W; b] x 4 columns.
//
// shapes      input as in lib/input.wgsl | output_gradient dz [E, B, STEPS, COLUMNS]
//             gradient_parts [splits, E, PARAMETER_STRIDE]; FEATURES rows of W, then the bias, COLUMNS floats each
// dispatch    (ceil((FEATURES + 1) * ceil(COLUMNS / 4) / 64), splits, E), workgroup 64
override COLUMNS: u32;
override CHUNK: u32;             // rows n per split
override MEMBERS: u32;
override PARAMETER_STRIDE: u32;  // floats per member
override PARAMETER_OFFSET: u32;  // floats before this layer's kernel
override HAS_BIAS: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> gradient_parts: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let column_tiles = (COLUMNS + 3u) / 4u;
  let row = id.x / column_tiles;
  let column0 = (id.x % column_tiles) * 4u;
  let is_bias = row == FEATURES;
  if row > FEATURES || (is_bias && !HAS_BIAS) { return; }
  let m = min(vec4u(column0, column0 + 1u, column0 + 2u, column0 + 3u), vec4u(COLUMNS - 1u));

  var sum = vec4f(0.0);
  let first = id.y * CHUNK;
  let last = min(first + CHUNK, step.count * STEPS);
  for (var n = first; n < last; n++) {
    var x = 1.0;
    if !is_bias { x = input[input_row(member, n / STEPS, n % STEPS) + row]; }
    let g = (member * BATCH * STEPS + n) * COLUMNS;
    sum += x * vec4f(output_gradient[g + m.x], output_gradient[g + m.y], output_gradient[g + m.z], output_gradient[g + m.w]);
  }

  let at = (id.y * MEMBERS + member) * PARAMETER_STRIDE + PARAMETER_OFFSET + row * COLUMNS + column0;
  for (var j = 0u; j < 4u; j++) {
    if column0 + j < COLUMNS { gradient_parts[at + j] = sum[j]; }
  }
}
