"""Small HDF5 files that h5py can write and Keras does not by itself: other types, byte orders, filters, layouts and
versions of the format, with the values beside them. Makes test/fixtures/keras/h5-variants.zip:
`node tools/keras/run.mjs make_h5_variants.py`.
"""
import io
import os
import zipfile

import h5py
import numpy

SEED = 11
HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "..", "test", "fixtures", "keras", "h5-variants.zip")

random = numpy.random.default_rng(SEED)
VALUES = random.normal(0.1, 2.0, (7, 12)).astype("float32")

VARIANTS = {
    "gzip": dict(dataset=dict(compression="gzip", chunks=(3, 5))),
    "gzip-shuffle-fletcher": dict(dataset=dict(compression="gzip", shuffle=True, fletcher32=True, chunks=(4, 12))),
    "chunked": dict(dataset=dict(chunks=(2, 7))),
    "many-chunks": dict(dataset=dict(chunks=(1, 1))),
    "extendable": dict(dataset=dict(chunks=(7, 12), maxshape=(None, 12))),
    "float16": dict(dtype="<f2"),
    "float64": dict(dtype="<f8"),
    "big-endian": dict(dtype=">f4"),
    "big-endian-float64": dict(dtype=">f8"),
    "int16": dict(dtype="<i2", scale=1000),
    "uint8": dict(dtype="u1", scale=20),
    "big-endian-int32": dict(dtype=">i4", scale=1000),
    "track-order": dict(file=dict(track_order=True)),
    "format-1.8": dict(file=dict(libver=("v108", "v108"))),
    "newest-format": dict(file=dict(libver="latest")),
    "user-block": dict(file=dict(userblock_size=1024)),
    "many-groups": dict(groups=300),
    "many-arrays": dict(arrays=120),
}


def variant(dtype="<f4", scale=1, dataset=None, file=None, groups=1, arrays=1):
    values = (numpy.abs(VALUES) if dtype.startswith("u") else VALUES) * scale
    with numpy.errstate(all="ignore"):
        values = values.astype(dtype)
    buffer = io.BytesIO()
    with h5py.File(buffer, "w", **(file or {})) as out:
        for g in range(groups):
            group = out.create_group(f"layers/dense_{g}/vars")
            group.attrs["name"] = f"dense {g} \u00e4"
            for a in range(arrays):
                group.create_dataset(str(a), data=values, **(dataset or {}))
    npy = io.BytesIO()
    numpy.save(npy, values.astype("<f4"))
    return buffer.getvalue(), npy.getvalue()


with zipfile.ZipFile(OUT, "w", zipfile.ZIP_DEFLATED) as archive:
    for name, options in VARIANTS.items():
        h5, npy = variant(**options)
        for ending, content in ((".h5", h5), (".npy", npy)):
            archive.writestr(zipfile.ZipInfo(name + ending, (2026, 1, 1, 0, 0, 0)), content, zipfile.ZIP_DEFLATED)
print(f"h5py {h5py.__version__}, HDF5 {h5py.version.hdf5_version}, seed {SEED}: {len(VARIANTS)} files")
