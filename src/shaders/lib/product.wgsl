// The fused gate product z = x . W + h . U for four units and four rows of the batch at a time: one matrix a unit,
// columns = rows of the batch, components = gates i | f | c | o. Needs lib/input.wgsl and the binding `parameters`.
struct FourUnits {
  z0: mat4x4f,
  z1: mat4x4f,
  z2: mat4x4f,
  z3: mat4x4f,
}

// Adds four k at once: `rows` are the rows of W or U (vec4 index of unit 0), `u` the units, `a` has a column of four
// inputs for each row of the batch.
fn add_product(z: FourUnits, rows: vec4u, u: vec4u, a: mat4x4f) -> FourUnits {
  return FourUnits(
    z.z0 + weight_four(rows + u.x) * a,
    z.z1 + weight_four(rows + u.y) * a,
    z.z2 + weight_four(rows + u.z) * a,
    z.z3 + weight_four(rows + u.w) * a,
  );
}

fn weight_four(at: vec4u) -> mat4x4f {
  return mat4x4f(parameters[at.x], parameters[at.y], parameters[at.z], parameters[at.w]);
}

// x_t . W for rows row0 .. row0 + 3; `weights` is the vec4 index of the layer's kernel.
fn input_product(member: u32, row0: u32, t: u32, weights: u32, units: u32, u: vec4u) -> FourUnits {
  let x0 = input_row(member, row0, t);
  let x1 = input_row(member, row0 + 1u, t);
  let x2 = input_row(member, row0 + 2u, t);
  let x3 = input_row(member, row0 + 3u, t);
  var z = FourUnits();
  for (var k = 0u; k < FEATURES; k += 4u) {
    let x = mat4x4f(input_four(x0, k), input_four(x1, k), input_four(x2, k), input_four(x3, k));
    let rows = weights + min(vec4u(k, k + 1u, k + 2u, k + 3u), vec4u(FEATURES - 1u)) * units;
    z = add_product(z, rows, u, x);
  }
  return z;
}
