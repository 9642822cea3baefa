// Gradient of a layer's input, dx = dz . W^T, for LSTM (COLUMNS = 4H, after lstm_backward) and Dense alike.
// Encoded only where a layer below or an attribution needs it.
//
// shapes      output_gradient dz [E, B, STEPS, COLUMNS] | parameters per member: kernel [FEATURES, COLUMNS] | input_gradient [E, B, STEPS, FEATURES]
// dispatch    (ceil(B * STEPS / (4 TILES) / 8), ceil(FEATURES / (4 TILES) / 8), E), workgroup 8 x 8
// A thread owns TILES fours of rows x TILES fours of features: large tiles where a load costs as much as many multiplications.
override BATCH: u32;
override STEPS: u32;
override FEATURES: u32;
override COLUMNS: u32;
override TILES: u32;             // 1 or 2
override PARAMETER_STRIDE: u32;  // floats per member
override PARAMETER_OFFSET: u32;  // floats before this layer's kernel

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> parameters: array<f32>;
@group(0) @binding(2) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(3) var<storage, read_write> input_gradient: array<f32>;

const FOUR = vec4u(0u, 1u, 2u, 3u);

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let row0 = id.x * 4u * TILES;
  let feature0 = id.y * 4u * TILES;
  let rows = step.count * STEPS;
  if feature0 >= FEATURES || row0 >= rows { return; }
  let first = member * BATCH * STEPS;
  let dz0 = (first + min(row0 + FOUR, vec4u(rows - 1u))) * COLUMNS;
  let dz1 = (first + min(row0 + 4u + FOUR, vec4u(rows - 1u))) * COLUMNS;
  let kernel = member * PARAMETER_STRIDE + PARAMETER_OFFSET;
  let w0 = kernel + min(feature0 + FOUR, vec4u(FEATURES - 1u)) * COLUMNS;
  let w1 = kernel + min(feature0 + 4u + FOUR, vec4u(FEATURES - 1u)) * COLUMNS;

  // Four features of four rows each: columns are rows.
  var a0 = mat4x4f();
  var a1 = mat4x4f();
  var b0 = mat4x4f();
  var b1 = mat4x4f();
  for (var m = 0u; m < COLUMNS; m++) {
    let near = four_weights(w0 + m);
    let p = four_gradients(dz0 + m);
    a0 += outer(near, p);
    if TILES > 1u {
      let far = four_weights(w1 + m);
      let q = four_gradients(dz1 + m);
      a1 += outer(near, q);
      b0 += outer(far, p);
      b1 += outer(far, q);
    }
  }
  for (var r = 0u; r < 4u; r++) {
    write_four(member, row0 + r, feature0, a0[r]);
    if TILES > 1u {
      write_four(member, row0 + r, feature0 + 4u, b0[r]);
      write_four(member, row0 + 4u + r, feature0, a1[r]);
      write_four(member, row0 + 4u + r, feature0 + 4u, b1[r]);
    }
  }
}

fn four_weights(at: vec4u) -> vec4f {
  return vec4f(parameters[at.x], parameters[at.y], parameters[at.z], parameters[at.w]);
}

fn four_gradients(at: vec4u) -> vec4f {
  return vec4f(output_gradient[at.x], output_gradient[at.y], output_gradient[at.z], output_gradient[at.w]);
}

fn outer(features: vec4f, rows: vec4f) -> mat4x4f {
  return mat4x4f(features * rows.x, features * rows.y, features * rows.z, features * rows.w);
}

fn write_four(member: u32, n: u32, feature: u32, x: vec4f) {
  if n >= step.count * STEPS { return; }
  let at = (member * BATCH * STEPS + n) * FEATURES + feature;
  for (var j = 0u; j < 4u; j++) {
    if feature + j < FEATURES { input_gradient[at + j] = x[j]; }
  }
}
