//! Has the program built again when the page that it embeds was built: files that appear are not seen otherwise.

fn main() {
    let page = "../../web/dist";
    // Cargo compares times only of what exists. In a tree that cannot be written the page is there already.
    std::fs::create_dir_all(page).ok();
    println!("cargo::rerun-if-changed={page}");
}
