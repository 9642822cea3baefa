// Plain matrix product C = A . B, float32, through workgroup memory: a yardstick of the benchmark, not a kernel of the engine.
//
// shapes    A [M, K], B [K, N], C [M, N], row-major; M and N multiples of 128, K of 8
// dispatch  (N / 128, M / 128), workgroup 16 x 16; a workgroup owns 128 x 128 of C, a thread 8 rows x 8 columns
// A slab of 8 steps of k lies in workgroup memory: A's part turned, so that the rows of a thread lie side by side.
override K: u32;
override N: u32;

@group(0) @binding(0) var<storage, read> a: array<vec4f>;
@group(0) @binding(1) var<storage, read> b: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> c: array<vec4f>;

var<workgroup> turned: array<f32, 1024>;  // [8, 128]
var<workgroup> slab: array<vec4f, 256>;  // [8, 128 / 4]

@compute @workgroup_size(16, 16)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u, @builtin(local_invocation_index) index: u32) {
  let across = N / 4u;
  let along = K / 4u;
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
  for (var k = 0u; k < along; k += 2u) {
    for (var i = index; i < 256u; i += 256u) {
      let row = i / 2u;
      let step = i % 2u;
      let four = a[(group.y * 128u + row) * along + k + step];
      turned[(step * 4u + 0u) * 128u + row] = four.x;
      turned[(step * 4u + 1u) * 128u + row] = four.y;
      turned[(step * 4u + 2u) * 128u + row] = four.z;
      turned[(step * 4u + 3u) * 128u + row] = four.w;
    }
    for (var i = index; i < 256u; i += 256u) {
      slab[i] = b[(k * 4u + i / 32u) * across + group.x * 32u + i % 32u];
    }
    workgroupBarrier();
    for (var step = 0u; step < 8u; step++) {
      let at_a = step * 128u + local.y * 8u;
      let at_b = step * 32u + local.x;
      let b0 = slab[at_b];
      let b1 = slab[at_b + 16u];
      let a0 = turned[at_a];
      let a1 = turned[at_a + 1u];
      let a2 = turned[at_a + 2u];
      let a3 = turned[at_a + 3u];
      let a4 = turned[at_a + 4u];
      let a5 = turned[at_a + 5u];
      let a6 = turned[at_a + 6u];
      let a7 = turned[at_a + 7u];
      c00 += a0 * b0;
      c01 += a0 * b1;
      c10 += a1 * b0;
      c11 += a1 * b1;
      c20 += a2 * b0;
      c21 += a2 * b1;
      c30 += a3 * b0;
      c31 += a3 * b1;
      c40 += a4 * b0;
      c41 += a4 * b1;
      c50 += a5 * b0;
      c51 += a5 * b1;
      c60 += a6 * b0;
      c61 += a6 * b1;
      c70 += a7 * b0;
      c71 += a7 * b1;
    }
    workgroupBarrier();
  }
  let at_c = (group.y * 128u + local.y * 8u) * across + group.x * 32u + local.x;
  c[at_c] = c00;
  c[at_c + 16u] = c01;
  c[at_c + across] = c10;
  c[at_c + across + 16u] = c11;
  c[at_c + 2u * across] = c20;
  c[at_c + 2u * across + 16u] = c21;
  c[at_c + 3u * across] = c30;
  c[at_c + 3u * across + 16u] = c31;
  c[at_c + 4u * across] = c40;
  c[at_c + 4u * across + 16u] = c41;
  c[at_c + 5u * across] = c50;
  c[at_c + 5u * across + 16u] = c51;
  c[at_c + 6u * across] = c60;
  c[at_c + 6u * across + 16u] = c61;
  c[at_c + 7u * across] = c70;
  c[at_c + 7u * across + 16u] = c71;
}
