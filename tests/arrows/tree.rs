//! The modules of some crates, what they define, and what a path in one of them leads to.

use std::collections::BTreeMap;

use syn::visit::{self, Visit};
use syn::{Attribute, Ident, Item, ItemUse, UseTree, Visibility};

/// The files of the crates: path and text.
pub(crate) type Sources = BTreeMap<String, String>;

/// A module, by its number.
pub(crate) type ModuleId = usize;

/// Some crates, with the modules of all.
#[derive(Default)]
pub(crate) struct Tree {
    pub(crate) modules: Vec<Module>,
    /// Where the modules are that are there for tests alone, without `.rs`.
    pub(crate) tests: Vec<String>,
    /// The root of each crate, by the name under which others import it.
    crates: BTreeMap<String, ModuleId>,
}

/// A module. Several may be in one file.
pub(crate) struct Module {
    /// The path of its file.
    pub(crate) file: String,
    /// What is in it, without tests.
    pub(crate) items: Vec<Item>,
    /// The names of the modules in it that it declares as `pub`.
    public_modules: Vec<String>,
    parent: Option<ModuleId>,
    root: ModuleId,
    names: BTreeMap<String, Vec<Meaning>>,
    /// The paths of which it imports everything.
    globs: Vec<Vec<String>>,
}

/// What a name stands for in a module.
enum Meaning {
    /// Something that the module defines.
    Own,
    /// A module in it.
    Module(ModuleId),
    /// What it imports from that path.
    Import(Vec<String>),
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Something that a module of that file defines.
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

/// Imports do not lead on further than this, unless they lead in a circle.
const DEEPEST: usize = 16;

impl Tree {
    /// Adds the crate with that root file, which others import under that name.
    pub(crate) fn add(&mut self, name: &str, root: &str, sources: &Sources) {
        let root = self.add_file(root, None, sources);
        self.crates.insert(name.to_owned(), root);
    }

    fn add_file(&mut self, file: &str, parent: Option<ModuleId>, sources: &Sources) -> ModuleId {
        let text = sources.get(file).unwrap_or_else(|| panic!("there is no file {file}"));
        let syntax = syn::parse_file(text).unwrap_or_else(|error| panic!("{file}: {error}"));
        self.add_module(file, &folder_of(file, parent.is_none()), syntax.items, parent, sources)
    }

    /// Adds a module, whose own modules are in that folder where they are not in the same file.
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
        // Also those within functions, since they are seldom and then mean the same in the whole module.
        let mut imports = Imports(Vec::new());
        imports.visit_item(item);
        for import in imports.0 {
            match import.name {
                Some(name) => self.name(module, name, Meaning::Import(import.path)),
                None => self.modules[module].globs.push(import.path),
            }
        }
    }

    /// What the path leads to from that module; nothing where it leaves the tree.
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

    /// One segment further. What is in an item, as the variants of an enum, is where the item is.
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

    /// The modules that the functions' root declares as public: one a handler.
    pub(crate) fn handlers(&self) -> Vec<String> {
        self.crates.get("functions").map(|root| self.modules[*root].public_modules.clone()).unwrap_or_default()
    }

    /// The types, and the functions that are not private to their module.
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

/// Where the modules of a file are.
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

/// Whether it is there for tests alone.
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

/// An import of one name, or of everything.
pub(crate) struct Import {
    pub(crate) path: Vec<String>,
    /// The name that it has here; none for everything.
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

/// The single imports of a `use`.
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
