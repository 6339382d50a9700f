//! Tables of figures, for a person and for a program.

use serde_json::{Map, Value};
use tests::schema::workspace;

/// The median.
pub(crate) fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints the rows as a Markdown table, and writes them as JSON.
pub(crate) fn print(name: &str, title: &str, columns: &[&str], rows: &[Vec<Value>]) {
    println!("\n{title}\n\n| {} |", columns.join(" | "));
    println!("|---|{}", "---:|".repeat(columns.len() - 1));
    for row in rows {
        let cells: Vec<_> = row.iter().map(cell).collect();
        println!("| {} |", cells.join(" | "));
    }
    let objects: Value = rows
        .iter()
        .map(|row| columns.iter().map(|column| (*column).to_owned()).zip(row.clone()).collect::<Map<_, _>>())
        .map(Value::Object)
        .collect();
    let folder = workspace("target/bench");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.json")), format!("{objects:#}\n")).unwrap();
}

fn cell(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap();
            if number.abs() < 10.0 { format!("{number:.2}") } else { format!("{number:.1}") }
        }
        Value::Null => "–".to_owned(),
        other => other.to_string(),
    }
}
