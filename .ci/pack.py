"""Packs the compiled functions and the template into a folder that `sam deploy` takes as it is, without Rust.

Same binaries and same template make the same bytes: so a deployment replaces only what has changed, and anyone can build a release
anew and compare the hashes, which stand in SHA256SUMS.
"""

import argparse
import hashlib
import pathlib
import re
import shutil
import zipfile

ROOT = pathlib.Path(__file__).parent.parent

# Of a function in the template, up to its properties.
FUNCTION = re.compile(r"^    Metadata: {BuildMethod: rust-cargolambda, BuildProperties: {Binary: (\S+)}}\n    Properties:\n", re.M)
GLOBAL_CODE = "    CodeUri: functions/\n"

# CodeDeploy leads a tenth of the requests to the new version for five minutes, then all; one of the alarms brings the old one back.
CANARY = """\
    AutoPublishAlias: live
    VersionDeletionPolicy: Delete
    DeploymentPreference:
      Type: Canary10Percent5Minutes
      Alarms: !If
        - AlarmsOn
        - [!Ref ErrorsAccounts, !Ref ErrorsSessions, !Ref ErrorsEvents, !Ref ApiFailures, !Ref ErrorLines]
        - [!Ref AWS::NoValue]
"""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("binaries", type=pathlib.Path, help="what cargo lambda has built, such as target/lambda")
    parser.add_argument("folder", type=pathlib.Path, help="the folder to make; one that is there is replaced")
    parser.add_argument("--canary", metavar="STAMP", help="roll out by canary; the stamp is another in each deployment")
    return parser.parse_args()


def pack_binary(binary: pathlib.Path, file: pathlib.Path) -> None:
    entry = zipfile.ZipInfo("bootstrap", date_time=(1980, 1, 1, 0, 0, 0))
    entry.create_system = 3  # Unix, on any machine, so that the mode counts.
    entry.external_attr = 0o100755 << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(entry, binary.read_bytes(), compresslevel=9)


def packed_template(template: str, canary: str | None) -> str:
    if template.count(GLOBAL_CODE) != 1:
        raise SystemExit("template.yaml: Globals.Function.CodeUri is not where it was")
    properties = "      CodeUri: functions/{}.zip\n"
    if canary:
        # Without it SAM makes no new version when a parameter alone has changed, and the old one would go on.
        properties += f"      AutoPublishCodeSha256: {hashlib.sha256(canary.encode()).hexdigest()}\n"
    template = template.replace(GLOBAL_CODE, CANARY if canary else "")
    return FUNCTION.sub(lambda function: "    Properties:\n" + properties.format(function[1]), template)


def main() -> None:
    given = arguments()
    template = (ROOT / "template.yaml").read_text()
    names = FUNCTION.findall(template)
    if len(names) != template.count("Type: AWS::Serverless::Function"):
        raise SystemExit("template.yaml: a function is not written like the others")
    shutil.rmtree(given.folder, ignore_errors=True)
    (given.folder / "functions").mkdir(parents=True)
    for name in names:
        pack_binary(given.binaries / name / "bootstrap", given.folder / "functions" / f"{name}.zip")
    (given.folder / "template.yaml").write_text(packed_template(template, given.canary))
    for file in ["samconfig.toml", "LICENSE"]:
        shutil.copyfile(ROOT / file, given.folder / file)
    files = sorted(file for file in given.folder.rglob("*") if file.is_file())
    sums = [f"{hashlib.sha256(file.read_bytes()).hexdigest()}  {file.relative_to(given.folder).as_posix()}\n" for file in files]
    (given.folder / "SHA256SUMS").write_text("".join(sums))
    print(f"{len(names)} functions in {given.folder}")


main()
