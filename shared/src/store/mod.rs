//! The storage: the only place that names the DynamoDB SDK. A failed condition becomes its outcome right where it happens.
//!
//! Each kind of item has a type of its own in the file of its name, over a [`Table`](table::Table). Functions name these types in
//! their signatures. `keys` lists all items.

pub mod accounts;
pub mod attempts;
mod cards;
mod change;
pub mod changes;
pub mod contacts;
pub mod decisions;
pub mod departures;
pub mod directory;
pub mod drafts;
pub mod email_changes;
mod event_items;
pub mod events;
pub mod exports;
mod failure;
pub mod guests;
pub mod index;
mod item;
mod keys;
pub mod lists;
pub mod mailboxes;
pub mod members;
pub mod names;
pub mod organisers;
pub mod people;
pub mod profiles;
pub mod quotas;
pub mod registrations;
pub mod resets;
pub mod sessions;
mod table;
pub mod told;
