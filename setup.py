"""Puts the files at the top of the repository that the program uses into the wheel, too.

All else about the build stands in pyproject.toml. `taxi_assets/project_files.py` finds the files.
"""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

TOP = Path(__file__).resolve().parent
WANTED = ("dagster.yaml", "workspace.yaml", "README.md", "docs/*.md")


class WithProjectFiles(build_py):
    """Builds the package with the folder `project` in it."""

    def run(self) -> None:
        """Copy them into what is built; an editable install finds them where they are."""
        super().run()
        if self.editable_mode:
            return
        for path in (path for pattern in WANTED for path in TOP.glob(pattern)):
            copy = Path(self.build_lib, "taxi_assets", "project", path.relative_to(TOP))
            self.mkpath(str(copy.parent))
            self.copy_file(str(path), str(copy))


setup(cmdclass={"build_py": WithProjectFiles})
