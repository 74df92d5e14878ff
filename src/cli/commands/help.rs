//! `stscope help`

use clap::{Args, Command};

use crate::cli::exit::{Exit, Failure};
use crate::cli::manual::{TOPICS, Topic, in_lines};
use crate::cli::output::{self, terminal_width};
use crate::shown::Shown;

#[derive(Args)]
pub(super) struct HelpArgs {
    /// A command, a page of the manual, or 'topics' for the list of pages
    #[arg(value_name = "TOPIC")]
    pub topic: Vec<String>,
}

pub(super) const EXAMPLES: &str = "\
Examples:
  stscope help report
  stscope help topics
  stscope help nightly | less
  stscope help manual plan";

/// Where a page has the name of a command.
const MANUAL: &str = "manual";
const LIST: &str = "topics";

pub(super) fn run(arguments: &HelpArgs, mut command: Command) -> Result<Exit, Failure> {
    command.build();
    let words: Vec<&str> = arguments.topic.iter().map(String::as_str).collect();
    let text = match words.as_slice() {
        [LIST] | [MANUAL] => list(&command),
        [MANUAL, name] => page(topic(name).ok_or_else(|| unknown(&command, name))?),
        words => match (of_command(&command, words), words) {
            (Some(help), _) => help,
            (None, [name]) => page(topic(name).ok_or_else(|| unknown(&command, name))?),
            (None, words) => return Err(unknown(&command, &words.join(" "))),
        },
    };
    output::print(text.as_bytes())
}

fn topic(name: &str) -> Option<Topic> {
    TOPICS.iter().copied().find(|topic| topic.name == name)
}

fn page(topic: Topic) -> String {
    in_lines(topic.text, terminal_width())
}

/// The help of a command, and of all of it for no words: what `--help` prints.
fn of_command(command: &Command, words: &[&str]) -> Option<String> {
    words
        .iter()
        .try_fold(command, |command, word| command.find_subcommand(word))?;
    let typed = ["stscope"].iter().chain(words).chain(&["--help"]);
    let shown = command.clone().try_get_matches_from(typed).err()?;
    Some(shown.render().to_string())
}

/// What may be typed after 'stscope help' for a page.
fn words(command: &Command, topic: Topic) -> String {
    match command.find_subcommand(topic.name) {
        Some(_) => format!("{MANUAL} {}", topic.name),
        None => topic.name.to_owned(),
    }
}

fn list(command: &Command) -> String {
    let names: Vec<String> = TOPICS.iter().map(|topic| words(command, *topic)).collect();
    let longest = names.iter().map(String::len).max().unwrap_or_default();
    let mut text = "Pages of the manual; 'stscope help NAME' shows one:\n\n".to_owned();
    for (name, topic) in names.iter().zip(TOPICS) {
        text.push_str(&format!("  {name:<longest$}  {}\n", topic.title()));
    }
    text
}

fn unknown(command: &Command, name: &str) -> Failure {
    let commands = command.get_subcommands().map(Command::get_name);
    let names = commands.chain(TOPICS.iter().map(|topic| topic.name));
    let nearest = names
        .map(|known| (strsim::osa_distance(known, name), known))
        .min()
        .filter(|(distance, _)| *distance <= 3);
    let meant = nearest.map_or(String::new(), |(_, known)| format!("perhaps '{known}'; "));
    Failure::new(format!(
        "help: there is no command and no page '{}'; {meant}'stscope help' lists the commands, and \
         'stscope help {LIST}' the pages",
        Shown::text(name)
    ))
}
