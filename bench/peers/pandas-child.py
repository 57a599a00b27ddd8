# Reads a file once with pandas.read_csv and prints how long that took; without a path it says which version there is.
import json
import sys
import time

import pandas
import numpy

if len(sys.argv) < 2:
    print(pandas.__version__)
    sys.exit()
path, setting, is_check = sys.argv[1], sys.argv[2], sys.argv[3] == "check"
options = {"dtype": numpy.uint8} if setting == "bytes" else {}
started, cpu_started = time.perf_counter(), time.process_time()
frame = pandas.read_csv(path, engine="c", **options)
wall_ms, cpu_ms = 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - cpu_started)
found = {"rows": len(frame), "wallMs": wall_ms, "cpuMs": cpu_ms}
if is_check:
    found["labelSum"] = int(frame.iloc[:, 0].sum())
    found["pixelSum"] = int(frame.iloc[:, 1:].to_numpy().sum(dtype="int64"))
print(json.dumps(found))
