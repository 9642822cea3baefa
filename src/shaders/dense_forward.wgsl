// Dense forward: y = x . W + b for every row of the batch (and every time step of a sequence).
//
// shapes      input as in lib/input.wgsl | parameters per member: kernel [FEATURES, COLUMNS], then bias | output [E, B, STEPS, COLUMNS]
// dispatch    (ceil(B * STEPS / 4 / 8), ceil(COLUMNS / 4 / 8), E), workgroup 8 x 8; a thread owns 4 rows x 4 columns
// Sum order   k = 0..FEATURES-1, then the bias.
override COLUMNS: u32;
override PARAMETER_STRIDE: u32;  // floats per member
override PARAMETER_OFFSET: u32;  // floats before this layer's kernel

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> windows: array<vec2u>;
@group(0) @binding(2) var<storage, read> input: array<f32>;
@group(0) @binding(3) var<storage, read> parameters: array<f32>;
@group(0) @binding(4) var<storage, read_write> output: array<f32>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let row0 = id.x * 4u;
  let column0 = id.y * 4u;
  if column0 >= COLUMNS || row0 >= step.count * STEPS { return; }
  let x = vec4u(row_index(member, row0), row_index(member, row0 + 1u), row_index(member, row0 + 2u), row_index(member, row0 + 3u));
  let m = min(vec4u(column0, column0 + 1u, column0 + 2u, column0 + 3u), vec4u(COLUMNS - 1u));

  var y0 = vec4f(0.0);
  var y1 = vec4f(0.0);
  var y2 = vec4f(0.0);
  var y3 = vec4f(0.0);
  var w = member * PARAMETER_STRIDE + PARAMETER_OFFSET;
  for (var k = 0u; k < FEATURES; k++) {
    let weights = vec4f(parameters[w + m.x], parameters[w + m.y], parameters[w + m.z], parameters[w + m.w]);
    y0 += input[x.x + k] * weights;
    y1 += input[x.y + k] * weights;
    y2 += input[x.z + k] * weights;
    y3 += input[x.w + k] * weights;
    w += COLUMNS;
  }
  let bias = vec4f(parameters[w + m.x], parameters[w + m.y], parameters[w + m.z], parameters[w + m.w]);
  write_row(member, row0, column0, y0 + bias);
  write_row(member, row0 + 1u, column0, y1 + bias);
  write_row(member, row0 + 2u, column0, y2 + bias);
  write_row(member, row0 + 3u, column0, y3 + bias);
}

fn row_index(member: u32, n: u32) -> u32 {
  return input_row(member, n / STEPS, n % STEPS);
}

fn write_row(member: u32, n: u32, column: u32, y: vec4f) {
  if n >= step.count * STEPS { return; }
  let at = (member * BATCH * STEPS + n) * COLUMNS + column;
  for (var j = 0u; j < 4u; j++) {
    if column + j < COLUMNS { output[at + j] = y[j]; }
  }
}
