// LSTM backward through time, persistent: the whole recurrence from the last step to the first in one dispatch.
//
//   dh_t = dh_t(from above) + dz_{t+1} . U^T
//   dc = dc_{t+1} * f_{t+1} + dh * o * phi'(c);   do = dh * phi(c), di = dc * candidate, df = dc * c_{t-1}, dcandidate = dc * i
//   dz = (di, df, dcandidate, do) times the slopes of the activations, gates i | f | c | o
//
// Writes dz over the stored gates (they are not needed again); lstm_weight_gradient and input_gradient turn dz into dW, db,
// dU, dx. A workgroup owns ROWS rows, a thread four or eight units of them: dh and dc in registers.
//
// shapes      parameters as in lstm_forward | cell [E, B, T, UNIT_FOURS] vec4 | gates -> dz [E, B, T, UNIT_FOURS] matrices
//             output_gradient [E, B, T, H] (SEQUENCE_GRADIENT) or [E, B, H] for the last step alone
// dispatch    (ceil(B / ROWS), 1, E), workgroup ceil(UNIT_FOURS / UNIT_TILES)
// Sum order   fours of units from the first to the last, units ascending, gates i, f, c, o inside: fixed by H alone.
override ROWS: u32;              // rows of a workgroup: 4, 8 or 16
override UNIT_TILES: u32;        // fours of units a thread owns: 1 or 2
override THREADS: u32;
override TILE_IN_STORAGE: bool;  // read dz of the step from `gates`, else from workgroup memory
override TILE_SIZE: u32;         // matrices of workgroup memory
override PARAMETER_STRIDE: u32;  // matrices per member
override PARAMETER_OFFSET: u32;  // matrices before this layer's

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> parameters: array<mat4x4f>;
@group(0) @binding(2) var<storage, read> cell: array<vec4f>;
@group(0) @binding(3) var<storage, read> output_gradient: array<f32>;
@group(0) @binding(4) var<storage, read_write> gates: array<mat4x4f>;

const MOST_ROWS = 16u;
const MOST_TILES = 2u;

// dz of this step: [row][four units]
var<workgroup> tile: array<mat4x4f, TILE_SIZE>;

@compute @workgroup_size(THREADS)
fn main(me: Thread, @builtin(workgroup_id) group: vec3u) {
  let thread = me.index;
  let lane = lane_of(me);
  let member = group.z;
  let row0 = group.x * ROWS;
  if row0 >= step.count { return; }
  let sample0 = member * BATCH + row0;
  // Rows of U this thread needs: the columns of dz . U^T it owns. A four past the last repeats it and is not used.
  let recurrent = member * PARAMETER_STRIDE + PARAMETER_OFFSET + 4u * INPUT_FOURS * UNIT_FOURS;
  let four0 = thread * UNIT_TILES;
  let u0 = recurrent + 4u * four0 * UNIT_FOURS;
  let u1 = recurrent + 4u * min(four0 + 1u, UNIT_FOURS - 1u) * UNIT_FOURS;

  // dh and dc of four units, [tile][row]
  var dh: array<vec4f, MOST_TILES * MOST_ROWS>;
  var dc: array<vec4f, MOST_TILES * MOST_ROWS>;
  for (var s = 0u; s < STEPS; s++) {
    let t = STEPS - 1u - s;
    for (var n = 0u; n < UNIT_TILES * ROWS; n++) {
      let r = n % ROWS;
      let four = four0 + n / ROWS;
      let own = n / ROWS * MOST_ROWS + r;
      // What stands in rows past the batch reaches no other row.
      if row0 + r < step.count && four < UNIT_FOURS {
        let gradient = retreat(sample0 + r, t, four, dh[own], dc[own]);
        dc[own] = gradient.dc_prev;
        if !TILE_IN_STORAGE { tile[r * UNIT_FOURS + four] = transpose(gradient.dz); }
      }
    }
    // Nothing comes before the first step that its dh could reach.
    if t == 0u { break; }
    barrier();

    // dh of four rows each, of the thread's first four units and of its second
    var a0 = mat4x4f();
    var a1 = mat4x4f();
    var a2 = mat4x4f();
    var a3 = mat4x4f();
    var b0 = mat4x4f();
    var b1 = mat4x4f();
    var b2 = mat4x4f();
    var b3 = mat4x4f();
    for (var k = 0u; k < UNIT_FOURS; k++) {
      let near = load_weights(u0 + k, UNIT_FOURS);
      var far = near;
      if UNIT_TILES > 1u { far = load_weights(u1 + k, UNIT_FOURS); }
      let p = gradients(lane, sample0, 0u, t, k);
      a0 = add_transposed(a0, near, p);
      if UNIT_TILES > 1u { b0 = add_transposed(b0, far, p); }
      if ROWS > 4u {
        let q = gradients(lane, sample0, 4u, t, k);
        a1 = add_transposed(a1, near, q);
        if UNIT_TILES > 1u { b1 = add_transposed(b1, far, q); }
      }
      if ROWS > 8u {
        let q = gradients(lane, sample0, 8u, t, k);
        a2 = add_transposed(a2, near, q);
        if UNIT_TILES > 1u { b2 = add_transposed(b2, far, q); }
        let r = gradients(lane, sample0, 12u, t, k);
        a3 = add_transposed(a3, near, r);
        if UNIT_TILES > 1u { b3 = add_transposed(b3, far, r); }
      }
    }
    dh = array<vec4f, MOST_TILES * MOST_ROWS>(
      a0[0], a0[1], a0[2], a0[3], a1[0], a1[1], a1[2], a1[3], a2[0], a2[1], a2[2], a2[3], a3[0], a3[1], a3[2], a3[3],
      b0[0], b0[1], b0[2], b0[3], b1[0], b1[1], b1[2], b1[3], b2[0], b2[1], b2[2], b2[3], b3[0], b3[1], b3[2], b3[3],
    );
    barrier();
  }
}

// dz of four units k for rows r .. r + 3 of the workgroup.
fn gradients(lane: u32, sample0: u32, r: u32, t: u32, k: u32) -> FourGradients {
  if TILE_IN_STORAGE {
    let at = ((sample0 + r) * STEPS + t) * UNIT_FOURS + k;
    let stride = STEPS * UNIT_FOURS;
    return FourGradients(
      dz_of(lane, at), dz_of(lane, at + stride), dz_of(lane, at + 2u * stride), dz_of(lane, at + 3u * stride),
    );
  }
  let at = r * UNIT_FOURS + k;
  return FourGradients(tile[at], tile[at + UNIT_FOURS], tile[at + 2u * UNIT_FOURS], tile[at + 3u * UNIT_FOURS]);
}

fn dz_of(lane: u32, at: u32) -> mat4x4f {
  if SHARES { return share(gates[at][lane]); }
  return gates[at];
}

fn barrier() {
  if TILE_IN_STORAGE { storageBarrier(); } else { workgroupBarrier(); }
}
