"""Halls near the visitor: by location when asked for, by city without it."""

import httpx
import pytest
from browsing import text

ITEM = "estate-transfer-existing"
QINGDAO = (36.0662, 120.3826)


@pytest.mark.parametrize("browser", ["phone", "desktop"], indirect=True)
@pytest.mark.parametrize("path, rows", [("/halls", "main .rows a.row"), (f"/book/{ITEM}", ".booking-halls a.row")])
def test_the_nearest_hall_comes_first(yimen, browser, path, rows):
    browser.open(f"{yimen.url}{path}")
    browser.stand_at(yimen.url, *QINGDAO)
    browser.press(text("layout.place.near"))
    browser.see(text("layout.place.near.on"))
    assert "青岛" in browser.words_of(rows) or "市南" in browser.words_of(rows)
    # No more of the place than the page needs.
    assert "near=36.07%2C120.38" in browser.url
    browser.picture("near")
    browser.follow(text("layout.place.near.off"))
    browser.until(lambda: "near=" not in browser.url, "the list without a place")
    assert browser.faults() == []


@pytest.mark.parametrize("browser", ["phone"], indirect=True)
def test_a_refused_location_leads_to_the_cities(yimen, browser):
    browser.driver.execute_cdp_cmd(
        "Browser.setPermission", {"permission": {"name": "geolocation"}, "setting": "denied", "origin": yimen.url}
    )
    browser.open(f"{yimen.url}/halls")
    browser.press(text("layout.place.near"))
    browser.see(text("layout.place.near.denied"))


def test_without_script_a_city_is_chosen(yimen):
    page = httpx.get(f"{yimen.url}/book/{ITEM}").text
    form = page.split('<form class="place"', 1)[1].split("</form>", 1)[0]
    assert form.startswith(' method="get"') and '<option value="qingdao"' in form and "<button" in form
    chosen = httpx.get(f"{yimen.url}/book/{ITEM}", params={"city": "qingdao"}).text
    halls = chosen.split("booking-halls", 1)[1].split("</ul>", 1)[0]
    assert "/qingdao" in halls and "/jinan" not in halls
