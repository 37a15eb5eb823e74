"""docs/settings.md says what holds."""

from pathlib import Path

from taxi_assets.status.doctor import settings_markdown

PAGE = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_the_page_lists_every_setting_with_its_default_and_meaning() -> None:
    assert settings_markdown() in PAGE.read_text("utf-8")
