// Plain register-tiled matrix product C = A . B, float32: a yardstick of the benchmark, not a kernel of the engine.
//
// shapes    A [M, K], B [K, N], C [M, N], row-major; M a multiple of 64, N of 64, K of 4
// dispatch  (N / 8 / 8, M / 8 / 8), workgroup 8 x 8; a thread owns 8 rows x 8 columns and loads both matrices as vec4f
override K: u32;
override N: u32;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

@compute @workgroup_size(8, 8)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * 2u;
  let row = id.y * 8u;
  let across = N / 4u;
  let along = K / 4u;
  var at_a = row * along;
  var at_b = column;
  var c00 = vec4f(0.0);
  var c01 = vec4f(0.0);
  var c10 = vec4f(0.0);
  var c11 = vec4f(0.0);
  var c20 = vec4f(0.0);
  var c21 = vec4f(0.0);
  var c30 = vec4f(0.0);
  var c31 = vec4f(0.0);
  var c40 = vec4f(0.0);
  var c41 = vec4f(0.0);
  var c50 = vec4f(0.0);
  var c51 = vec4f(0.0);
  var c60 = vec4f(0.0);
  var c61 = vec4f(0.0);
  var c70 = vec4f(0.0);
  var c71 = vec4f(0.0);
  for (var k = 0u; k < along; k++) {
    let b00 = b[at_b];
    let b01 = b[at_b + 1u];
    let b10 = b[at_b + across];
    let b11 = b[at_b + across + 1u];
    let b20 = b[at_b + 2u * across];
    let b21 = b[at_b + 2u * across + 1u];
    let b30 = b[at_b + 3u * across];
    let b31 = b[at_b + 3u * across + 1u];
    let a0 = a[at_a];
    c00 += a0.x * b00 + a0.y * b10 + a0.z * b20 + a0.w * b30;
    c01 += a0.x * b01 + a0.y * b11 + a0.z * b21 + a0.w * b31;
    let a1 = a[at_a + along];
    c10 += a1.x * b00 + a1.y * b10 + a1.z * b20 + a1.w * b30;
    c11 += a1.x * b01 + a1.y * b11 + a1.z * b21 + a1.w * b31;
    let a2 = a[at_a + 2u * along];
    c20 += a2.x * b00 + a2.y * b10 + a2.z * b20 + a2.w * b30;
    c21 += a2.x * b01 + a2.y * b11 + a2.z * b21 + a2.w * b31;
    let a3 = a[at_a + 3u * along];
    c30 += a3.x * b00 + a3.y * b10 + a3.z * b20 + a3.w * b30;
    c31 += a3.x * b01 + a3.y * b11 + a3.z * b21 + a3.w * b31;
    let a4 = a[at_a + 4u * along];
    c40 += a4.x * b00 + a4.y * b10 + a4.z * b20 + a4.w * b30;
    c41 += a4.x * b01 + a4.y * b11 + a4.z * b21 + a4.w * b31;
    let a5 = a[at_a + 5u * along];
    c50 += a5.x * b00 + a5.y * b10 + a5.z * b20 + a5.w * b30;
    c51 += a5.x * b01 + a5.y * b11 + a5.z * b21 + a5.w * b31;
    let a6 = a[at_a + 6u * along];
    c60 += a6.x * b00 + a6.y * b10 + a6.z * b20 + a6.w * b30;
    c61 += a6.x * b01 + a6.y * b11 + a6.z * b21 + a6.w * b31;
    let a7 = a[at_a + 7u * along];
    c70 += a7.x * b00 + a7.y * b10 + a7.z * b20 + a7.w * b30;
    c71 += a7.x * b01 + a7.y * b11 + a7.z * b21 + a7.w * b31;
    at_a += 1u;
    at_b += 4u * across;
  }
  let at_c = row * across + column;
  c[at_c] = c00;
  c[at_c + 1u] = c01;
  c[at_c + across] = c10;
  c[at_c + across + 1u] = c11;
  c[at_c + 2u * across] = c20;
  c[at_c + 2u * across + 1u] = c21;
  c[at_c + 3u * across] = c30;
  c[at_c + 3u * across + 1u] = c31;
  c[at_c + 4u * across] = c40;
  c[at_c + 4u * across + 1u] = c41;
  c[at_c + 5u * across] = c50;
  c[at_c + 5u * across + 1u] = c51;
  c[at_c + 6u * across] = c60;
  c[at_c + 6u * across + 1u] = c61;
  c[at_c + 7u * across] = c70;
  c[at_c + 7u * across + 1u] = c71;
}
