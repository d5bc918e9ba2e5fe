//! Pages in a headless Chromium, where there is one.
#![allow(dead_code, reason = "each test binary uses a part of it")]

use std::path::Path;
use std::process::Command;

/// The program; says so where there is none.
pub fn find() -> Option<&'static str> {
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|program| Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success()));
    if found.is_none() {
        println!("skipped: no page was looked at in a browser, as there is no chromium here");
    }
    found
}

fn headless(browser: &str, folder: &Path) -> Command {
    let mut command = Command::new(browser);
    command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars"]);
    command.arg(format!("--user-data-dir={}", folder.join("profile").display()));
    command
}

/// How wide a page gets in a frame of so many pixels.
pub fn width_seen(browser: &str, folder: &Path, page: &str, width: u32) -> u32 {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    let frame = format!(
        "<!doctype html><title>-</title><iframe id=f style=\"border:0;width:{width}px;height:800px\" srcdoc=\"{page}\"></iframe>\
         <script>f.onload = () => document.title = 'seen ' + f.contentDocument.documentElement.scrollWidth</script>"
    );
    let path = folder.join("frame.html");
    std::fs::write(&path, frame).unwrap();
    let mut command = headless(browser, folder);
    let output = command.args(["--virtual-time-budget=3000", "--dump-dom"]).arg(&path).output().unwrap();
    let dom = String::from_utf8_lossy(&output.stdout).into_owned();
    let seen = dom.split("<title>seen ").nth(1).and_then(|rest| rest.split('<').next());
    seen.unwrap_or_else(|| panic!("no width: {}", String::from_utf8_lossy(&output.stderr))).parse().unwrap()
}

/// What a page looks like.
pub fn screenshot(browser: &str, folder: &Path, page: &Path, dark: bool) -> Vec<u8> {
    let path = folder.join("shot.png");
    let mut command = headless(browser, folder);
    if dark {
        command.arg("--blink-settings=preferredColorScheme=0");
    }
    command.arg("--window-size=1000,1400").arg(format!("--screenshot={}", path.display())).arg(page);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let shot = std::fs::read(path).unwrap();
    assert!(shot.len() > 10_000, "{} bytes: an empty page", shot.len());
    shot
}
