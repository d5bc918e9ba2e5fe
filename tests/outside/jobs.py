"""Checks the jobs of a folder by the schemas of three versions of Kubernetes, and that a misspelt key would be found."""
import sys
from pathlib import Path

import kubernetes_validate
import yaml

valid = refused = 0
for path in sorted(Path(sys.argv[1]).glob("*.yaml")):
    job = yaml.safe_load(path.read_text())
    for version in ["1.29", "1.33", "1.34"]:
        kubernetes_validate.validate(job, version, strict=True)
        valid += 1
    job["spec"]["compltions"] = 1
    try:
        kubernetes_validate.validate(job, "1.33", strict=True)
    except kubernetes_validate.ValidationError:
        refused += 1
print(f"{valid} valid, {refused} refused once spoilt")
