// Gradient of an LSTM's weights as one product over all rows of the batch and time steps n = (b, t):
//
//   d[W; b; U] = sum_n [x_n, 1, h_{n-1}]^T . dz_n
//
// Split-K: pairs of (four rows, time step) are cut into `splits` equal chunks and each chunk's sum goes to its own part of
// gradient_parts; the optimizer adds the parts in order. Chunks depend on B, T, D, H alone, so sums are the same for every
// E and adapter. A thread owns 4 * TILES rows of [W; b; U] x 4 units (16 columns).
//
// shapes      operand: lib/operand.wgsl | dz [E, B, T, UNIT_FOURS] matrices, columns = units, components = gates
//             gradient_parts [splits, E, PARAMETER_STRIDE] matrices, as the parameters lie
// dispatch    (ceil(ceil(FOURS / TILES) * UNIT_FOURS / 64), splits, E), workgroup 64
override BATCH: u32;
override STEPS: u32;
override FEATURES: u32;
override TILES: u32;             // 2 or 4
override CHUNK: u32;             // pairs of (four rows, time step) per split
override MEMBERS: u32;
override PARAMETER_STRIDE: u32;  // matrices per member
override PARAMETER_OFFSET: u32;  // matrices before this layer's
override HAS_BIAS: bool;

@group(0) @binding(0) var<uniform> step: Step;
@group(0) @binding(1) var<storage, read> operand: array<mat4x4f>;
@group(0) @binding(2) var<storage, read> dz: array<mat4x4f>;
@group(0) @binding(3) var<storage, read_write> gradient_parts: array<mat4x4f>;

// Gradients of four rows k for four units: a matrix for each unit, columns = rows k, components = gates.
struct Sum {
  u0: mat4x4f,
  u1: mat4x4f,
  u2: mat4x4f,
  u3: mat4x4f,
}

@compute @workgroup_size(64)
fn main(me: Thread, @builtin(global_invocation_id) id: vec3u) {
  let lane = lane_of(me);
  let member = id.z;
  let four = id.x % UNIT_FOURS;
  let k0 = (id.x / UNIT_FOURS) * TILES;
  let fours = operand_fours();
  if k0 >= fours { return; }
  let k = min(vec4u(k0, k0 + 1u, k0 + 2u, k0 + 3u), vec4u(fours - 1u));

  var s0 = Sum();
  var s1 = Sum();
  var s2 = Sum();
  var s3 = Sum();
  let first = id.y * CHUNK;
  let last = min(first + CHUNK, (step.count + 3u) / 4u * STEPS);
  for (var pair = first; pair < last; pair++) {
    let row0 = pair / STEPS * 4u;
    let t = pair % STEPS;
    // A row past the batch repeats the last one with an operand of zeros: what it holds may be anything.
    let rows = min(vec4u(row0, row0 + 1u, row0 + 2u, row0 + 3u), vec4u(step.count - 1u));
    let at = ((member * BATCH + rows) * STEPS + t) * UNIT_FOURS + four;
    let gradient = Sum(dz[at.x], dz[at.y], dz[at.z], dz[at.w]);
    // columns = rows of the batch, components = gates
    let y0 = mat4x4f(gradient.u0[0], gradient.u1[0], gradient.u2[0], gradient.u3[0]);
    let y1 = mat4x4f(gradient.u0[1], gradient.u1[1], gradient.u2[1], gradient.u3[1]);
    let y2 = mat4x4f(gradient.u0[2], gradient.u1[2], gradient.u2[2], gradient.u3[2]);
    let y3 = mat4x4f(gradient.u0[3], gradient.u1[3], gradient.u2[3], gradient.u3[3]);
    let exists = vec4u(row0, row0 + 1u, row0 + 2u, row0 + 3u) < vec4u(step.count);
    let a = ((member * GROUPS + row0 / 4u) * SLOTS + t) * fours;
    s0 = add(s0, y0, y1, y2, y3, operand_four(lane, a + k.x, exists));
    s1 = add(s1, y0, y1, y2, y3, operand_four(lane, a + k.y, exists));
    if TILES > 2u {
      s2 = add(s2, y0, y1, y2, y3, operand_four(lane, a + k.z, exists));
      s3 = add(s3, y0, y1, y2, y3, operand_four(lane, a + k.w, exists));
    }
  }

  let part = (id.y * MEMBERS + member) * PARAMETER_STRIDE + PARAMETER_OFFSET + four;
  write_rows(part, k0, s0);
  if k0 + 1u < fours { write_rows(part, k0 + 1u, s1); }
  if TILES > 2u {
    if k0 + 2u < fours { write_rows(part, k0 + 2u, s2); }
    if k0 + 3u < fours { write_rows(part, k0 + 3u, s3); }
  }
}

// Four k of four rows of the batch, transposed: columns = k, components = rows; zero for rows that do not exist.
fn operand_four(lane: u32, at: u32, exists: vec4<bool>) -> mat4x4f {
  var a: mat4x4f;
  if SHARES { a = transpose(share(operand[at][lane])); } else { a = transpose(operand[at]); }
  let none = vec4f(0.0);
  return mat4x4f(select(none, a[0], exists), select(none, a[1], exists), select(none, a[2], exists), select(none, a[3], exists));
}

fn add(s: Sum, y0: mat4x4f, y1: mat4x4f, y2: mat4x4f, y3: mat4x4f, a: mat4x4f) -> Sum {
  return Sum(s.u0 + y0 * a, s.u1 + y1 * a, s.u2 + y2 * a, s.u3 + y3 * a);
}

// Four rows of [W; b; U]. Zeros of the padding are written too, except for a bias that does not learn.
fn write_rows(part: u32, k: u32, s: Sum) {
  for (var r = 0u; r < 4u; r++) {
    let row = 4u * k + r;
    if row == FEATURES && !HAS_BIAS { continue; }
    gradient_parts[part + row * UNIT_FOURS] = mat4x4f(s.u0[r], s.u1[r], s.u2[r], s.u3[r]);
  }
}
