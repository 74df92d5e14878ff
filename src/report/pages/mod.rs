//! The pages: an answer → what is said of it.
//!
//! A page has a file of its own with its sheet, its words and its members of JSON, and knows no
//! format.

pub mod endpoint;
pub mod events;
mod gauges;
mod heat;
pub mod overview;
pub mod plan;
pub mod regions;
pub mod report;
#[cfg(feature = "store")]
pub mod store_check;
#[cfg(feature = "store")]
pub mod store_info;
mod summary;
pub mod trend;
pub mod verify;
mod work_list;

use serde_json::Value;

use crate::sts::Time;

/// An instant in JSON.
fn time_json(time: Option<Time>) -> Value {
    time.map(|time| time.to_string()).into()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::report::Column;
    use crate::sts::Dimension;

    #[test]
    fn every_column_has_a_name_of_its_own_and_help() {
        let dimensions: Vec<Dimension> = Dimension::all().collect();
        let pages: Vec<Vec<Column>> = vec![
            verify::sheet().columns(),
            report::sheet(&dimensions).columns(),
            events::sheet().columns(),
            plan::sheet().columns(),
            regions::sheet().columns(),
            trend::sheet().columns(),
            trend::day_sheet().columns(),
            overview::account_sheet().columns(),
            overview::sdk_sheet().columns(),
            overview::read_sheet().columns(),
            endpoint::region_sheet().columns(),
            endpoint::host_sheet().columns(),
            #[cfg(feature = "store")]
            store_check::sheet().columns(),
        ];
        for columns in pages {
            let names: BTreeSet<&str> = columns.iter().map(|column| column.name).collect();
            assert_eq!(names.len(), columns.len(), "{names:?}");
            for column in columns {
                assert_ne!(column.help, "", "{}", column.name);
            }
        }
    }
}
