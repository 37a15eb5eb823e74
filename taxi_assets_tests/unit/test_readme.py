"""The README says what holds."""

from pathlib import Path

from taxi_assets.status.doctor import settings_markdown

README = Path(__file__).resolve().parents[2] / "README.md"


def test_the_readme_lists_every_setting_with_its_default_and_meaning() -> None:
    assert settings_markdown() in README.read_text("utf-8")
