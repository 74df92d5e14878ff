"""Looks at pages in Chromium, and reads workbooks with openpyxl.

    python3 tests/pages/look.py install DIR        Playwright, axe-core and openpyxl from PyPI
    python3 tests/pages/look.py check DIR FILE...  .html and .xlsx; says what is wrong, and ends with 1
    python3 tests/pages/look.py picture DIR HTML PNG   the top of a page, for the manual

Chromium is Debian's: the browsers of Playwright itself come from elsewhere.
"""

import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import pypi

PACKAGES = ["playwright==1.65.2", "axe-playwright-python==0.1.8", "openpyxl==3.1.5"]
BROWSERS = ["chromium", "chromium-browser", "google-chrome"]


# Labels of charts that are cut off, or that run into one another.
LABELS = """[...document.querySelectorAll("svg[role=img]")].flatMap((svg) => {
  const frame = svg.getBoundingClientRect();
  const texts = [...svg.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
  const wrong = [];
  texts.forEach(([name, box], at) => {
    if (box.left < frame.left - 1 || box.right > frame.right + 1) wrong.push(name + " is cut off");
    for (const [other, its] of texts.slice(at + 1)) {
      const beside = Math.min(box.right, its.right) - Math.max(box.left, its.left);
      const below = Math.min(box.bottom, its.bottom) - Math.max(box.top, its.top);
      if (beside > 1 && below > 4) wrong.push(name + " runs into " + other);
    }
  });
  return wrong;
})"""


# What a table holds after its heads were clicked twice, each.
SORT = """(table) => [...table.querySelectorAll("th")].map((head) => {
  const rows = [0, 1].map(() => {
    head.querySelector("button").click();
    return [...table.querySelectorAll("tbody tr")].map((row) => row.textContent);
  });
  return {rows, sorted: head.getAttribute("aria-sort")};
})"""


def browser():
    for name in BROWSERS:
        if path := shutil.which(name):
            return path
    sys.exit("need chromium: apt-get install chromium")


def look_at_page(chromium, path, axe, wrong):
    """Loads a page as it is, sorts and filters it, and has axe-core look at it."""
    for scheme in ["light", "dark"]:
        context = chromium.new_context(
            color_scheme=scheme, viewport={"width": 1280, "height": 900}
        )
        page = context.new_page()
        said, asked = [], []
        page.on("dialog", lambda dialog: (said.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda message: said.append(f"console {message.text}"))
        page.on("pageerror", lambda error: said.append(f"error {error}"))
        page.on("request", lambda request: asked.append(request.url))
        page.goto(path.as_uri())
        if scheme == "light":
            sort_and_filter(page, wrong, path)
        for width in [390, 800, 1280]:
            page.set_viewport_size({"width": width, "height": 900})
            scrolled = page.evaluate("document.documentElement.scrollWidth")
            if scrolled > width:
                wrong.append(f"{path.name}: {scrolled} wide in a window of {width}")
            for label in page.evaluate(LABELS):
                wrong.append(f"{path.name}: in a window of {width} a label of a chart {label}")
        page.evaluate(axe)
        for found in page.evaluate("axe.run()")["violations"]:
            nodes = [node["html"][:120] for node in found["nodes"][:3]]
            wrong.append(f"{path.name} ({scheme}): {found['id']}: {found['help']}: {nodes}")
        for what in said:
            wrong.append(f"{path.name} ({scheme}): {what}")
        for url in asked:
            if url != path.as_uri():
                wrong.append(f"{path.name} ({scheme}): it asked for {url}")
        context.close()
    # Without script everything is to be seen all the same.
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(path.as_uri())
    if not page.locator("h1").is_visible():
        wrong.append(f"{path.name}: nothing is to be seen without script")
    context.close()


def sort_and_filter(page, wrong, path):
    for table in page.locator("table").all():
        if not table.is_visible():
            continue
        rows = table.locator("tbody tr")
        if rows.count() < 2:
            continue
        before = sorted(rows.all_text_contents())
        # Once as a user does; the rest by script, which does not wait for frames.
        table.locator("th button").first.click()
        for head in table.evaluate(SORT):
            if any(sorted(texts) != before for texts in head["rows"]):
                wrong.append(f"{path.name}: rows are lost when sorted")
            if head["sorted"] is None:
                wrong.append(f"{path.name}: no aria-sort")
    for field in page.locator("input[type=search]").all():
        if field.is_visible():
            field.fill("no row has this in it")
            field.fill("")


def read_workbook(path, wrong):
    import openpyxl

    for sheet in openpyxl.load_workbook(path).worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    wrong.append(f"{path.name}: {sheet.title}!{cell.coordinate} is a formula")
        head = [cell.value for cell in next(sheet.iter_rows(max_row=1), [])]
        if "account_id" in head:
            at = head.index("account_id")
            for row in sheet.iter_rows(min_row=2):
                if row[at].value is not None and not isinstance(row[at].value, str):
                    wrong.append(f"{path.name}: {sheet.title}!{row[at].coordinate} is an id as a number")


def check(folder, files):
    sys.path[:0] = [str(path) for path in folder.glob("lib/python*/site-packages")]
    import axe_playwright_python
    from playwright.sync_api import sync_playwright

    axe = next(Path(axe_playwright_python.__file__).parent.glob("**/axe*.js")).read_text()
    wrong = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        for file in files:
            if file.suffix == ".html":
                look_at_page(chromium, file, axe, wrong)
            else:
                read_workbook(file, wrong)
        chromium.close()
    print("\n".join(wrong))
    sys.exit(1 if wrong else 0)


def picture(folder, html, png):
    sys.path[:0] = [str(path) for path in folder.glob("lib/python*/site-packages")]
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser(), args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page(viewport={"width": 1000, "height": 1100})
        page.goto(html.as_uri())
        page.screenshot(path=png)
        chromium.close()


if __name__ == "__main__":
    command, folder, *files = sys.argv[1:]
    if command == "install":
        pypi.install(Path(folder), PACKAGES)
    elif command == "picture":
        picture(Path(folder), *(Path(file).resolve() for file in files))
    else:
        check(Path(folder), [Path(file).resolve() for file in files])
