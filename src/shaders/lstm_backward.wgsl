// LSTM backward through time, persistent: the whole recurrence from the last step to the first in one dispatch.
//
//   dh_t = dh_t(from above) + dz_{t+1} . U^T
//   dc = dc_{t+1} * f_{t+1} + dh * o * phi'(c);   do = dh * phi(c), di = dc * candidate, df = dc * c_{t-1}, dcandidate = dc * i
//   dz = (di, df, dcandidate, do) times the slopes of the activations, gates i | f | c | o
//
// Writes dz over the stored gates (they are not needed again); weight_gradient and input_gradient turn dz into dW, dU, db, dx.
// A workgroup owns 4 rows, a thread 4 units x 4 rows: dh and dc in registers, dz of the step in workgroup memory. The
// product for one unit is a vector times a matrix: U[unit, k] (gates) times dz[k] (gates x rows).
//
// shapes      parameters as in lstm_forward | cell [E, B, T, H] | gates -> dz [E, B, T, H] vec4
//             output_gradient [E, B, T, H] (SEQUENCE_GRADIENT) or [E, B, H] for the last step alone
// dispatch    (ceil(B / 4), 1, E), workgroup ceil(H / 4)
// Sum order   units 0..H-1, gates i, f, c, o inside: fixed by H alone.
override BATCH: u32;
override STEPS: u32;
override FEATURES: u32;
override UNITS: u32;
override HIDDEN_STRIDE: u32;     // UNITS rounded up to a multiple of 4
override THREADS: u32;
override PARAMETER_STRIDE: u32;  // vec4s per member
override PARAMETER_OFFSET: u32;  // vec4s before this layer's kernel
override SEQUENCE_GRADIENT: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> parameters: array<vec4f>;
@group(0) @binding(2) var<storage, read> cell: array<f32>;
@group(0) @binding(3) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<vec4f>;

const ROWS = 4u;
const COLUMNS = 4u;  // units per thread

// dz of this step: [unit][row], zeros past UNITS
var<workgroup> dz_tile: array<vec4f, 4u * HIDDEN_STRIDE>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let member = group.z;
  let row0 = group.x * ROWS;
  if row0 >= step.count { return; }
  let unit0 = thread * COLUMNS;
  // Rows of U this thread needs: the columns of dz . U^T it owns.
  let recurrent = member * PARAMETER_STRIDE + PARAMETER_OFFSET + FEATURES * UNITS;
  let u0 = recurrent + min(unit0, UNITS - 1u) * UNITS;
  let u1 = recurrent + min(unit0 + 1u, UNITS - 1u) * UNITS;
  let u2 = recurrent + min(unit0 + 2u, UNITS - 1u) * UNITS;
  let u3 = recurrent + min(unit0 + 3u, UNITS - 1u) * UNITS;

  // dh and dc of each unit over the rows
  var dh = mat4x4f();
  var dc = mat4x4f();
  for (var s = 0u; s < STEPS; s++) {
    let t = STEPS - 1u - s;
    dc = mat4x4f(
      retreat(member, row0, t, unit0, dh[0], dc[0]),
      retreat(member, row0, t, unit0 + 1u, dh[1], dc[1]),
      retreat(member, row0, t, unit0 + 2u, dh[2], dc[2]),
      retreat(member, row0, t, unit0 + 3u, dh[3], dc[3]),
    );
    workgroupBarrier();

    var sum0 = vec4f(0.0);
    var sum1 = vec4f(0.0);
    var sum2 = vec4f(0.0);
    var sum3 = vec4f(0.0);
    for (var k = 0u; k < HIDDEN_STRIDE; k += 2u) {
      let near = tile_of(k);
      let far = tile_of(k + 1u);
      let at = min(vec2u(k, k + 1u), vec2u(UNITS - 1u));
      sum0 += parameters[u0 + at.x] * near + parameters[u0 + at.y] * far;
      sum1 += parameters[u1 + at.x] * near + parameters[u1 + at.y] * far;
      sum2 += parameters[u2 + at.x] * near + parameters[u2 + at.y] * far;
      sum3 += parameters[u3 + at.x] * near + parameters[u3 + at.y] * far;
    }
    dh = mat4x4f(sum0, sum1, sum2, sum3);
    workgroupBarrier();
  }
}

// dz of one unit: column r holds the gates of row r.
fn tile_of(unit: u32) -> mat4x4f {
  let at = unit * ROWS;
  return mat4x4f(dz_tile[at], dz_tile[at + 1u], dz_tile[at + 2u], dz_tile[at + 3u]);
}

// One unit's step back in time for the four rows; leaves dz in the tile and in `gates`, returns the gradient by c_{t-1}.
fn retreat(member: u32, row0: u32, t: u32, unit: u32, dh_recurrent: vec4f, dc_next: vec4f) -> vec4f {
  // Rows past the batch and units past the last read valid places and count as zeros.
  let u = min(unit, UNITS - 1u);
  let rows = vec4u(row0, row0 + 1u, row0 + 2u, row0 + 3u);
  let exists = (rows < vec4u(step.count)) & vec4<bool>(unit < UNITS);
  let sample = member * BATCH + min(rows, vec4u(step.count - 1u));
  let at = (sample * STEPS + t) * UNITS + u;
  let before = select(at, at - UNITS, vec4<bool>(t > 0u));
  let c = vec4f(cell[at.x], cell[at.y], cell[at.z], cell[at.w]);
  let c_before = vec4f(cell[before.x], cell[before.y], cell[before.z], cell[before.w]);
  let c_prev = select(vec4f(0.0), c_before, vec4<bool>(t > 0u));
  var dh = dh_recurrent;
  if SEQUENCE_GRADIENT {
    dh += vec4f(output_gradient[at.x], output_gradient[at.y], output_gradient[at.z], output_gradient[at.w]);
  } else if t == STEPS - 1u {
    let last = sample * UNITS + u;
    dh += vec4f(output_gradient[last.x], output_gradient[last.y], output_gradient[last.z], output_gradient[last.w]);
  }
  let by_gate = transpose(mat4x4f(gates[at.x], gates[at.y], gates[at.z], gates[at.w]));
  let gradient = cell_backward(by_gate, c, c_prev, dh, dc_next);
  let dz = transpose(gradient.dz);
  for (var r = 0u; r < ROWS; r++) {
    dz_tile[unit * ROWS + r] = select(vec4f(0.0), dz[r], exists[r]);
    if exists[r] { gates[at[r]] = dz[r]; }
  }
  return select(vec4f(0.0), gradient.dc_prev, exists);
}
