//! The modules of some crates, what they define, and how their paths resolve.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, ItemUse, UseTree, Visibility};

/// The files of the crates, path to text.
pub(crate) type Sources = BTreeMap<String, String>;

/// The index of a module in [`Tree::modules`].
pub(crate) type ModuleId = usize;

/// The modules of some crates.
#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) modules: Vec<Module>,
    /// The paths of modules for tests alone, without `.rs`.
    pub(crate) tests: Vec<String>,
    /// The root of each crate by its name.
    crates: BTreeMap<String, ModuleId>,
}

/// A module. A file may contain several.
pub(crate) struct Module {
    /// The path of its file.
    pub(crate) file: String,
    /// What is in it, without tests.
    pub(crate) items: Vec<Item>,
    /// The names of its public child modules.
    public_modules: Vec<String>,
    parent: Option<ModuleId>,
    root: ModuleId,
    names: BTreeMap<String, Vec<Meaning>>,
    /// The paths of its glob imports.
    globs: Vec<Vec<String>>,
}

/// What a name in a module refers to.
enum Meaning {
    /// An item that the module defines.
    Own,
    /// A child module.
    Module(ModuleId),
    /// An import of that path.
    Import(Vec<String>),
}

/// What a path resolves to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// An item that this file defines.
    Item(String),
    /// A module.
    Module(ModuleId),
}

/// Where a name is defined.
pub(crate) struct Definition {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) line: usize,
}

/// The longest chain of imports that is followed. Only imports in a circle are longer.
const DEEPEST: usize = 16;

impl Tree {
    /// Adds the crate of that name and root file.
    pub(crate) fn add(&mut self, name: &str, root: &str, sources: &Sources) {
        let root = self.add_file(root, None, sources);
        self.crates.insert(name.to_owned(), root);
    }

    fn add_file(&mut self, file: &str, parent: Option<ModuleId>, sources: &Sources) -> ModuleId {
        let text = sources.get(file).unwrap_or_else(|| panic!("there is no file {file}"));
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.add_module(file, &folder_of(file, parent.is_none()), syntax.items, parent, sources)
    }

    /// Adds a module. The files of its child modules are in that folder.
    fn add_module(
        &mut self,
        file: &str,
        folder: &str,
        items: Vec<Item>,
        parent: Option<ModuleId>,
        sources: &Sources,
    ) -> ModuleId {
        let id = self.modules.len();
        let root = parent.map_or(id, |parent| self.modules[parent].root);
        let (items_of, public_modules, names, globs) = (Vec::new(), Vec::new(), BTreeMap::new(), Vec::new());
        self.modules.push(Module {
            file: file.to_owned(),
            items: items_of,
            public_modules,
            parent,
            root,
            names,
            globs,
        });
        let mut kept = Vec::new();
        for item in items {
            let is_of_tests = attributes(&item).iter().any(is_test);
            let Item::Mod(module) = item else {
                if !is_of_tests {
                    self.define(id, &item);
                    kept.push(item);
                }
                continue;
            };
            let name = module.ident.to_string();
            if is_of_tests {
                self.tests.push(format!("{folder}/{name}"));
                continue;
            }
            if matches!(module.vis, Visibility::Public(_)) {
                self.modules[id].public_modules.push(name.clone());
            }
            let child = if let Some((_, items)) = module.content {
                self.add_module(file, &format!("{folder}/{name}"), items, Some(id), sources)
            } else {
                let places = [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")];
                let place = places.iter().find(|place| sources.contains_key(*place));
                self.add_file(place.unwrap_or_else(|| panic!("{file}: no file of mod {name}")), Some(id), sources)
            };
            self.name(id, name, Meaning::Module(child));
        }
        self.modules[id].items = kept;
        id
    }

    fn name(&mut self, module: ModuleId, name: String, meaning: Meaning) {
        self.modules[module].names.entry(name).or_default().push(meaning);
    }

    fn define(&mut self, module: ModuleId, item: &Item) {
        if let Some(ident) = ident(item) {
            self.name(module, ident.to_string(), Meaning::Own);
        }
        // Imports within functions too. They are rare, and their names mean the same in the whole module.
        let mut imports = Imports(Vec::new());
        imports.visit_item(item);
        for import in imports.0 {
            match import.name {
                Some(name) => self.name(module, name, Meaning::Import(import.path)),
                None => self.modules[module].globs.push(import.path),
            }
        }
    }

    /// Resolves a path in that module. Empty where the path leaves the tree.
    pub(crate) fn resolve(&self, from: ModuleId, path: &[String]) -> Vec<Target> {
        self.resolve_within(from, path, DEEPEST)
    }

    fn resolve_within(&self, from: ModuleId, path: &[String], depth: usize) -> Vec<Target> {
        let Some(((first, rest), depth)) = path.split_first().zip(depth.checked_sub(1)) else {
            return Vec::new();
        };
        let start = match first.as_str() {
            "crate" => vec![Target::Module(self.modules[from].root)],
            "self" => vec![Target::Module(from)],
            "super" => self.modules[from].parent.map(Target::Module).into_iter().collect(),
            name => match self.lookup(from, name, depth) {
                found if found.is_empty() => self.crates.get(name).copied().map(Target::Module).into_iter().collect(),
                found => found,
            },
        };
        rest.iter().fold(start, |targets, segment| self.step(targets, segment, depth))
    }

    /// Resolves one more segment. Parts of an item, such as variants, belong to the file of the item.
    fn step(&self, targets: Vec<Target>, segment: &str, depth: usize) -> Vec<Target> {
        let further = |target: Target| match target {
            Target::Item(_) => vec![target],
            Target::Module(module) if segment == "super" => {
                self.modules[module].parent.map(Target::Module).into_iter().collect()
            }
            Target::Module(module) => self.lookup(module, segment, depth),
        };
        targets.into_iter().flat_map(further).collect()
    }

    fn lookup(&self, module: ModuleId, name: &str, depth: usize) -> Vec<Target> {
        let here = &self.modules[module];
        let meanings = here.names.get(name).map(Vec::as_slice).unwrap_or_default();
        let named = meanings.iter().flat_map(|meaning| match meaning {
            Meaning::Own => vec![Target::Item(here.file.clone())],
            Meaning::Module(id) => vec![Target::Module(*id)],
            Meaning::Import(path) => self.resolve_within(module, path, depth),
        });
        let named: Vec<_> = named.collect();
        if !named.is_empty() || depth == 0 {
            return named;
        }
        let globs = here.globs.iter().flat_map(|glob| self.resolve_within(module, glob, depth - 1));
        globs.flat_map(|target| self.step(vec![target], name, depth - 1)).collect()
    }

    /// The public modules of `functions`, which are the handlers.
    pub(crate) fn handlers(&self) -> Vec<String> {
        self.crates.get("functions").map(|root| self.modules[*root].public_modules.clone()).unwrap_or_default()
    }

    /// All types, and the functions that are visible outside their module.
    pub(crate) fn names(&self) -> Vec<Definition> {
        let of_module = |module: &Module| {
            let is_told_apart = |item: &&Item| match item {
                Item::Struct(_) | Item::Enum(_) | Item::Trait(_) | Item::Type(_) => true,
                Item::Fn(item) => !is_private(&item.vis),
                _ => false,
            };
            let idents = module.items.iter().filter(is_told_apart).filter_map(ident);
            let define =
                |ident: &Ident| Definition { name: ident.to_string(), file: module.file.clone(), line: line_of(ident) };
            idents.map(define).collect::<Vec<_>>()
        };
        self.modules.iter().flat_map(of_module).collect()
    }
}

/// The folder of a file's child modules.
fn folder_of(file: &str, is_root: bool) -> String {
    let (folder, name) = file.rsplit_once('/').expect("a folder");
    if is_root || name == "mod.rs" { folder.to_owned() } else { file.trim_end_matches(".rs").to_owned() }
}

pub(crate) fn line_of(ident: &Ident) -> usize {
    ident.span().start().line
}

pub(crate) fn is_private(visibility: &Visibility) -> bool {
    matches!(visibility, Visibility::Inherited)
}

/// Whether the attribute marks an item for tests alone.
pub(crate) fn is_test(attribute: &Attribute) -> bool {
    let is_cfg = attribute.path().is_ident("cfg")
        && attribute.parse_args::<syn::Path>().is_ok_and(|condition| condition.is_ident("test"));
    is_cfg || attribute.path().segments.last().is_some_and(|last| last.ident == "test")
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}

fn ident(item: &Item) -> Option<&Ident> {
    match item {
        Item::Const(item) => Some(&item.ident),
        Item::Enum(item) => Some(&item.ident),
        Item::Fn(item) => Some(&item.sig.ident),
        Item::Macro(item) => item.ident.as_ref(),
        Item::Static(item) => Some(&item.ident),
        Item::Struct(item) => Some(&item.ident),
        Item::Trait(item) => Some(&item.ident),
        Item::Type(item) => Some(&item.ident),
        Item::Union(item) => Some(&item.ident),
        _ => None,
    }
}

/// An import of one name, or a glob import.
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    /// The name that it gets; none for a glob.
    pub(crate) name: Option<String>,
    pub(crate) line: usize,
}

struct Imports(Vec<Import>);

impl<'a> Visit<'a> for Imports {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        self.0.extend(imports(&item.tree));
        visit::visit_item_use(self, item);
    }
}

/// The imports of a `use`, one by one.
pub(crate) fn imports(tree: &UseTree) -> Vec<Import> {
    fn walk(tree: &UseTree, path: &[String], found: &mut Vec<Import>) {
        let with = |ident: &Ident| [path, &[ident.to_string()]].concat();
        match tree {
            UseTree::Path(tree) => walk(&tree.tree, &with(&tree.ident), found),
            UseTree::Group(tree) => tree.items.iter().for_each(|tree| walk(tree, path, found)),
            UseTree::Glob(tree) => {
                let line = tree.star_token.spans[0].start().line;
                found.push(Import { path: path.to_vec(), name: None, line });
            }
            UseTree::Name(tree) if tree.ident == "self" => {
                found.push(Import { path: path.to_vec(), name: path.last().cloned(), line: line_of(&tree.ident) });
            }
            UseTree::Name(tree) => {
                let name = Some(tree.ident.to_string());
                found.push(Import { path: with(&tree.ident), name, line: line_of(&tree.ident) });
            }
            UseTree::Rename(tree) => {
                let path = if tree.ident == "self" { path.to_vec() } else { with(&tree.ident) };
                found.push(Import { path, name: Some(tree.rename.to_string()), line: line_of(&tree.ident) });
            }
        }
    }
    let mut found = Vec::new();
    walk(tree, &[], &mut found);
    found
}
