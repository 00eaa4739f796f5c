//! Templates of one's own: the files of a folder, read by name.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A template file that could not be read.
#[derive(Debug, thiserror::Error)]
#[error("templates.folder: {file} cannot be read: {source}", file = file.display())]
pub struct TemplateFault {
    file: PathBuf,
    source: std::io::Error,
}

/// Every file of a folder and of the folders in it, by its path below it: `postmortem_page/page.xhtml`. Hidden files, and
/// what editors leave behind (`page.xhtml~`), are passed over.
///
/// # Errors
/// The first file or folder that cannot be read, or is no UTF-8 text.
pub fn template_files(folder: &Path) -> Result<BTreeMap<String, String>, TemplateFault> {
    let mut files = BTreeMap::new();
    for step in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        for file in entries(&step)?.into_iter().filter(|path| path.is_file()) {
            let text = std::fs::read_to_string(&file).map_err(|source| TemplateFault {
                file: file.clone(),
                source,
            })?;
            files.insert(format!("{}/{}", name(&step), name(&file)), text);
        }
    }
    Ok(files)
}

/// A file of rules for wording that blames.
///
/// # Errors
/// Where it cannot be read, or is no UTF-8 text.
pub fn blame_rules(file: &Path) -> std::io::Result<String> {
    std::fs::read_to_string(file)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, TemplateFault> {
    let fault = |source| TemplateFault {
        file: folder.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fault)? {
        let path = entry.map_err(fault)?.path();
        let name = name(&path);
        if !name.starts_with('.') && !name.ends_with('~') {
            paths.push(path);
        }
    }
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
