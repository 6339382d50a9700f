//! Which file imports which, and the circles among them.
//!
//! A file imports another where it names something that the other defines: in a private `use`, in a path in the code, or in the tokens
//! of a macro. Re-exports are followed to the file that defines the item. Neither the declaration of a module nor a re-export (`pub use`)
//! is an import, so a parent that does no more makes no circle with its children. To import a module is no import either; to name
//! something in it is. Modules and functions for tests are left out.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItemFn, ItemUse, Macro};

use crate::tree::{ModuleId, Target, Tree, imports, is_private, is_test, line_of};

/// The files and what they name.
pub(crate) struct Graph {
    /// Which imports which, and the first line where it does.
    pub(crate) edges: BTreeMap<(String, String), usize>,
    /// The paths that lead out of the tree, each with its file and line.
    pub(crate) outside: Vec<(String, usize, Vec<String>)>,
}

impl Graph {
    pub(crate) fn of(tree: &Tree) -> Self {
        let mut graph = Self { edges: BTreeMap::new(), outside: Vec::new() };
        for (id, module) in tree.modules.iter().enumerate() {
            let mut names = Names { tree, module: id, graph: &mut graph };
            for item in &module.items {
                names.visit_item(item);
            }
        }
        graph
    }

    /// The groups of files that import each other in circles, each with its shortest circle.
    pub(crate) fn circles(&self) -> Vec<Circle> {
        let files: BTreeSet<_> = self.edges.keys().map(|(from, _)| from.as_str()).collect();
        let reached: BTreeMap<_, _> = files.iter().map(|file| (*file, self.reached_from(file))).collect();
        let mut circles = Vec::new();
        let mut seen = BTreeSet::new();
        for file in &files {
            if seen.contains(file) || !reached[file].contains(file) {
                continue;
            }
            let comes_back = |other: &&&str| reached[file].contains(**other) && reached[**other].contains(file);
            let members: Vec<_> = files.iter().filter(comes_back).copied().collect();
            seen.extend(members.iter().copied());
            let ways = members.iter().filter_map(|member| self.way_round(member));
            let chain = ways.min_by_key(Vec::len).unwrap_or_default();
            circles.push(Circle { files: members.into_iter().map(str::to_owned).collect(), chain: self.told(&chain) });
        }
        circles
    }

    fn imports_of<'a>(&'a self, file: &str) -> impl Iterator<Item = &'a str> {
        self.edges.keys().filter(move |(from, _)| from == file).map(|(_, to)| to.as_str())
    }

    fn reached_from<'a>(&'a self, file: &'a str) -> BTreeSet<&'a str> {
        let mut reached = BTreeSet::new();
        let mut waiting = vec![file];
        while let Some(file) = waiting.pop() {
            waiting.extend(self.imports_of(file).filter(|next| reached.insert(*next)));
        }
        reached
    }

    /// The shortest way from the file to itself.
    fn way_round<'a>(&'a self, file: &'a str) -> Option<Vec<&'a str>> {
        let mut waiting = VecDeque::from([vec![file]]);
        let mut seen = BTreeSet::new();
        while let Some(way) = waiting.pop_front() {
            for next in self.imports_of(way[way.len() - 1]) {
                let way = [way.as_slice(), &[next]].concat();
                if next == file {
                    return Some(way);
                }
                if seen.insert(next) {
                    waiting.push_back(way);
                }
            }
        }
        None
    }

    fn told(&self, way: &[&str]) -> String {
        let steps = way.windows(2).map(|step| {
            let line = self.edges[&(step[0].to_owned(), step[1].to_owned())];
            format!("{}:{line}", step[0])
        });
        let last = way.last().map(|file| (*file).to_owned());
        steps.chain(last).collect::<Vec<_>>().join(" → ")
    }
}

/// Files each of which imports all others, directly or not.
pub(crate) struct Circle {
    pub(crate) files: Vec<String>,
    /// The shortest circle, each file with the line of its import.
    pub(crate) chain: String,
}

/// Finds what a module names.
struct Names<'a> {
    tree: &'a Tree,
    module: ModuleId,
    graph: &'a mut Graph,
}

impl Names<'_> {
    fn note(&mut self, path: &[String], line: usize) {
        let targets = self.tree.resolve(self.module, path);
        let file = &self.tree.modules[self.module].file;
        if targets.is_empty() {
            self.graph.outside.push((file.clone(), line, path.to_vec()));
        }
        for target in targets {
            // A module alone is no import; what is named in it comes as a path of its own.
            if let Target::Item(defining) = target
                && defining != *file
            {
                self.graph.edges.entry((file.clone(), defining)).or_insert(line);
            }
        }
    }

    /// Finds the paths among the tokens of a macro, which need not parse as Rust.
    fn note_tokens(&mut self, tokens: TokenStream) {
        let mut path: Vec<String> = Vec::new();
        let (mut line, mut colons) = (0, 0);
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.end_path(&mut path, line);
                        line = line_of(&ident);
                    }
                    path.push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.end_path(&mut path, line);
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.note_tokens(group.stream());
                    }
                }
            }
        }
        self.end_path(&mut path, line);
    }

    /// Notes a path of several segments. A single name from elsewhere was imported by a `use`.
    fn end_path(&mut self, path: &mut Vec<String>, line: usize) {
        if path.len() > 1 {
            self.note(path, line);
        }
        path.clear();
    }
}

impl<'a> Visit<'a> for Names<'_> {
    fn visit_item_use(&mut self, item: &'a ItemUse) {
        if is_private(&item.vis) {
            for import in imports(&item.tree) {
                self.note(&import.path, import.line);
            }
        }
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        let segments: Vec<_> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        if path.leading_colon.is_none() {
            self.note(&segments, line_of(&path.segments[0].ident));
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, item: &'a Macro) {
        self.visit_path(&item.path);
        self.note_tokens(item.tokens.clone());
    }

    fn visit_attribute(&mut self, attribute: &'a Attribute) {
        if let syn::Meta::List(list) = &attribute.meta {
            self.note_tokens(list.tokens.clone());
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'a ImplItemFn) {
        if !item.attrs.iter().any(is_test) {
            visit::visit_impl_item_fn(self, item);
        }
    }
}
