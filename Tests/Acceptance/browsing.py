"""Debian's Chromium as a person uses it: by the words on buttons, links and labels, with waits instead of sleeps."""

import json
import re

from processes import ARTIFACTS, ROOT, wait_until
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException, WebDriverException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

SIZES = {"phone": (390, 844), "desktop": (1280, 900), "kiosk": (1080, 1920), "board": (1920, 1080)}
PATIENCE = 20


def text(key: str, locale: str = "zh-Hans") -> str:
    """What the page says for a locale key; only for texts without parameters."""
    domain = key.split(".")[0]
    texts = json.loads((ROOT / "Sources/Web/Resources/Locales" / f"{domain}.{locale}.json").read_text())
    assert "{{" not in texts[key], f"{key} has parameters"
    return texts[key]


class Browser:
    def __init__(
        self, size: str = "desktop", language: str = "zh-CN", arguments: list[str] | None = None, script: bool = True
    ):
        """Without `script` pages are what a browser without JavaScript makes of them."""
        self.size = size
        self.locale = "en" if language.startswith("en") else "zh-Hans"
        options = webdriver.ChromeOptions()
        options.binary_location = "/usr/bin/chromium"
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--hide-scrollbars",
            "--disable-background-networking",
            "--disable-component-update",
            "--no-first-run",
            f"--lang={language}",
            "--autoplay-policy=no-user-gesture-required",
            "--mute-audio",
            *(arguments or []),
        ):
            options.add_argument(argument)
        preferences: dict = {"intl.accept_languages": language}
        if not script:
            preferences["profile.managed_default_content_settings.javascript"] = 2
        options.add_experimental_option("prefs", preferences)
        width, height = SIZES[size]
        if size == "phone":
            options.add_experimental_option(
                "mobileEmulation",
                {"deviceMetrics": {"width": width, "height": height, "pixelRatio": 2, "mobile": True, "touch": True}},
            )
        options.add_argument(f"--window-size={width},{height}")
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
        self.driver = webdriver.Chrome(options=options, service=Service("/usr/bin/chromedriver"))
        self.driver.set_page_load_timeout(60)
        if size != "phone":
            # Headless windows lose a few pixels to a frame that is not drawn.
            self.driver.execute_cdp_cmd(
                "Emulation.setDeviceMetricsOverride",
                {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False},
            )

    def quit(self):
        self.driver.quit()

    # Surroundings

    def network(self, on: bool):
        """Pulls the cable, or puts it back."""
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd(
            "Network.emulateNetworkConditions",
            {"offline": not on, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1},
        )

    def stand_at(self, site: str, latitude: float, longitude: float):
        """Where the device is, and the person's consent to tell this site."""
        self.driver.execute_cdp_cmd("Browser.grantPermissions", {"origin": site, "permissions": ["geolocation"]})
        self.driver.execute_cdp_cmd(
            "Emulation.setGeolocationOverride", {"latitude": latitude, "longitude": longitude, "accuracy": 20}
        )

    # Looking

    def text(self, key: str) -> str:
        """What the page says for a locale key in the reader's language."""
        return text(key, self.locale)

    @property
    def url(self) -> str:
        return self.driver.current_url

    @property
    def words(self) -> str:
        """The text a person can read on the page."""
        return self.until(lambda: self.driver.find_element(By.TAG_NAME, "body").text or " ", "a page")

    def until(self, condition, what: str, seconds: float = PATIENCE):
        def attempt():
            try:
                return condition()
            except (StaleElementReferenceException, WebDriverException):
                return None

        try:
            return wait_until(attempt, what, seconds)
        except AssertionError:
            self.picture(f"fault-{what}")
            raise AssertionError(
                f"waited in vain for {what} at {self.url}; the page says:\n{self._words_or_nothing()}"
            ) from None

    def _words_or_nothing(self) -> str:
        try:
            return self.driver.find_element(By.TAG_NAME, "body").text[:3000]
        except WebDriverException:
            return "(nothing)"

    def see(self, words: str, seconds: float = PATIENCE):
        self.until(lambda: words in self.driver.find_element(By.TAG_NAME, "body").text, f"the words {words!r}", seconds)

    def one(self, css: str, seconds: float = PATIENCE) -> WebElement:
        """The first visible element."""
        return self.until(
            lambda: next(
                (found for found in self.driver.find_elements(By.CSS_SELECTOR, css) if found.is_displayed()), None
            ),
            f"a visible {css}",
            seconds,
        )

    def words_of(self, css: str) -> str:
        """The text of the first visible element; one that is replaced while it is read is read again."""
        return self.until(lambda: self.one(css).text or " ", f"the words of {css}").strip()

    def all(self, css: str) -> list[WebElement]:
        return [found for found in self.driver.find_elements(By.CSS_SELECTOR, css) if found.is_displayed()]

    def has(self, css: str) -> bool:
        return bool(self.all(css))

    def picture(self, name: str):
        safe = re.sub(r"[^\w-]+", "-", name)[:100].strip("-")
        try:
            self.driver.save_screenshot(str(ARTIFACTS / f"{safe}-{self.size}.png"))
        except WebDriverException:
            pass

    def faults(self) -> list[str]:
        """What the browser complained of: script errors, blocked content, missing files."""
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]

    # Acting

    def open(self, url: str):
        self.driver.get(url)

    def follow(self, words: str = "", css: str = "a"):
        """Clicks the first visible link with these words."""
        self._click_through(
            lambda: next((link for link in self.all(css) if words in link.text), None), f"a link {words!r} ({css})"
        )

    def press(self, words: str):
        """Clicks the first visible button with these words."""
        self._click_through(
            lambda: next((button for button in self.all("button, a.button") if words in button.text), None),
            f"a button {words!r}",
        )

    def _click_through(self, find, what: str):
        """Clicks what `find` finds; a page that replaces it meanwhile is looked at again."""

        def attempt():
            element = find()
            if element is None:
                return False
            self.driver.execute_script("arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", element)
            element.click()
            return True

        self.until(attempt, what)

    def fill(self, css: str, value: str, enter: bool = False):
        field = self.one(css)
        field.clear()
        field.send_keys(value)
        if enter:
            field.send_keys(Keys.ENTER)

    def type(self, keys: str):
        """Keys pressed without looking where the focus is, as a scanner does."""
        webdriver.ActionChains(self.driver, duration=0).send_keys(keys).perform()
