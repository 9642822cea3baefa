// Plain register-tiled matrix product C = A . B, float32: a yardstick of the benchmark, not a kernel of the engine.
//
// shapes    A [M, K], B [K, N], C [M, N], row-major; M a multiple of 32, N of 32, K of 4
// dispatch  (N / 4 / 8, M / 4 / 8), workgroup 8 x 8; a thread owns 4 rows x 4 columns and loads both matrices as vec4f
override K: u32;
override N: u32;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x;
  let row = id.y * 4u;
  let across = N / 4u;
  let along = K / 4u;
  var at_a = row * along;
  var at_b = column;
  var c0 = vec4f(0.0);
  var c1 = vec4f(0.0);
  var c2 = vec4f(0.0);
  var c3 = vec4f(0.0);
  for (var k = 0u; k < along; k++) {
    let b0 = b[at_b];
    let b1 = b[at_b + across];
    let b2 = b[at_b + 2u * across];
    let b3 = b[at_b + 3u * across];
    let a0 = a[at_a];
    c0 += a0.x * b0 + a0.y * b1 + a0.z * b2 + a0.w * b3;
    let a1 = a[at_a + along];
    c1 += a1.x * b0 + a1.y * b1 + a1.z * b2 + a1.w * b3;
    let a2 = a[at_a + 2u * along];
    c2 += a2.x * b0 + a2.y * b1 + a2.z * b2 + a2.w * b3;
    let a3 = a[at_a + 3u * along];
    c3 += a3.x * b0 + a3.y * b1 + a3.z * b2 + a3.w * b3;
    at_a += 1u;
    at_b += 4u * across;
  }
  let at_c = row * across + column;
  c[at_c] = c0;
  c[at_c + across] = c1;
  c[at_c + 2u * across] = c2;
  c[at_c + 3u * across] = c3;
}
