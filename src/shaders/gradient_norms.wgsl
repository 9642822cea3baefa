// Sum of squares of each variable's gradient, for clipping. Adds the split-K parts on the way and leaves the sum in part 0.
//
// shapes      gradient_parts [PARTS, E, PARAMETERS] | norms [E, VARIABLES]
// dispatch    (VARIABLES, 1, E), workgroup 128: one workgroup per variable
override PARAMETERS: u32;
override MEMBERS: u32;
override PARTS: u32;
override VARIABLES: u32;

@group(0) @binding(0) var<storage, read_write> gradient_parts: array<f32>;
@group(0) @binding(1) var<storage, read_write> norms: array<VariableNorm>;

const THREADS = 128u;
var<workgroup> squares: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u) {
  let variable = group.z * VARIABLES + group.x;
  let first = norms[variable].first;
  let size = norms[variable].size;
  var square = 0.0;
  for (var j = thread; j < size; j += THREADS) {
    var sum = 0.0;
    for (var part = 0u; part < PARTS; part++) {
      sum += gradient_parts[(part * MEMBERS + group.z) * PARAMETERS + first + j];
    }
    gradient_parts[group.z * PARAMETERS + first + j] = sum;
    square += sum * sum;
  }
  squares[thread] = square;
  for (var width = THREADS / 2u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if thread < width { squares[thread] += squares[thread + width]; }
  }
  if thread == 0u { norms[variable].square = squares[0]; }
}
