// LSTM forward, one time step a dispatch: for units so many that one workgroup can't feed U fast enough.
// The same product, order of sums and cell as lstm_forward; h_{t-1} and c_{t-1} come from the buffers.
//
// shapes      as lstm_forward, hidden [E, B, T, UNIT_FOURS]; without KEEP_STEPS cell is [E, B, UNIT_FOURS], carried from step
//             to step, and operand has two slots
// dispatch    (ceil(UNIT_FOURS / 64), ceil(B / 4), E) for each t, workgroup 64; a thread owns 4 units x 4 rows
override PARAMETER_STRIDE: u32;  // matrices per member
override PARAMETER_OFFSET: u32;  // matrices before this layer's
override KEEP_STEPS: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<uniform> time: Time;
@group(0) @binding(2) var<storage, read> windows: array<vec2u>;
@group(0) @binding(3) var<storage, read> input: array<f32>;
@group(0) @binding(4) var<storage, read> parameters: array<mat4x4f>;
@group(0) @binding(5) var<storage, read_write> hidden: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> cell: array<vec4f>;
@group(0) @binding(7) var<storage, read_write> gates: array<mat4x4f>;
@group(0) @binding(8) var<storage, read_write> operand: array<mat4x4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let member = id.z;
  let row0 = id.y * 4u;
  let four = id.x;
  if row0 >= step.count || four >= UNIT_FOURS { return; }
  let t = time.t;
  let fours = operand_fours();
  let group = (member * GROUPS + id.y) * SLOTS;
  let now = (group + t % SLOTS) * fours;
  let next = (group + (t + 1u) % SLOTS) * fours;
  let weights = member * PARAMETER_STRIDE + PARAMETER_OFFSET + four;
  let rows = vec4u(input_row(member, row0, t), input_row(member, row0 + 1u, t), input_row(member, row0 + 2u, t), input_row(member, row0 + 3u, t));

  var z = FourUnits();
  for (var k = 0u; k < INPUT_FOURS; k++) {
    let x = mat4x4f(input_four(rows.x, 4u * k), input_four(rows.y, 4u * k), input_four(rows.z, 4u * k), input_four(rows.w, 4u * k));
    z = add_product(z, load_weights(weights + 4u * k * UNIT_FOURS, UNIT_FOURS), x);
    if KEEP_STEPS && k % UNIT_FOURS == four { operand[now + k] = x; }
  }
  if t > 0u {
    for (var k = INPUT_FOURS; k < fours; k++) {
      z = add_product(z, load_weights(weights + 4u * k * UNIT_FOURS, UNIT_FOURS), operand[now + k]);
    }
  }

  let gates_of_rows = rows_of(z);
  for (var r = 0u; r < 4u; r++) {
    if row0 + r >= step.count { return; }
    let sample = member * BATCH + row0 + r;
    let at = (sample * STEPS + t) * UNIT_FOURS + four;
    let carried = select(sample * UNIT_FOURS + four, at, KEEP_STEPS);
    var c_prev = vec4f(0.0);
    if t > 0u { c_prev = cell[select(carried, carried - UNIT_FOURS, KEEP_STEPS)]; }
    let state = cell_forward(transpose(gates_of_rows[r]), c_prev);
    let h = zero_past_units(state.h, four);
    if KEEP_STEPS { gates[at] = transpose(state.gates); }
    cell[carried] = state.c;
    hidden[at] = h;
    if t + 1u < STEPS { operand[next + INPUT_FOURS + four][r] = h; }
  }
}
