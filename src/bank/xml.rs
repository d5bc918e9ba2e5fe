//! Reads a message of the bank piece by piece, within bounds: memory does not grow with the file, and what no bank sends is
//! refused.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::Event;
use quick_xml::events::attributes::Attributes;

/// The most bytes between two marks: no text, name or attribute list of a message comes near.
const PIECE: usize = 64 * 1024;
/// The deepest nesting; messages have about 20.
const DEPTH: usize = 64;
/// The longest text that is kept; identifiers and codes have up to 35 characters, names up to 140.
const TEXT: usize = 1_024;

/// Why a message is refused.
#[derive(Debug, thiserror::Error)]
#[error("byte {byte}: {message}")]
pub struct XmlFault {
    /// How far it was read.
    pub byte: u64,
    /// What is wrong and what to do.
    pub message: String,
}

/// A step through a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// An element opened; it is the last of [`Walker::path`].
    Open,
    /// It closes; [`Walker::text`] is its text if it has no element in it.
    Close,
    /// The document is over.
    End,
}

/// Walks through the elements of a message.
#[derive(Debug)]
pub struct Walker<R> {
    reader: Reader<Bounded<R>>,
    buffer: Vec<u8>,
    /// The local names of the open elements, each with `/` in front.
    path: String,
    lengths: Vec<usize>,
    text: String,
    namespace: String,
    currency: String,
    closed: bool,
    done: bool,
}

impl<R: BufRead> Walker<R> {
    /// Begins to read.
    pub fn new(input: R) -> Self {
        let mut reader = Reader::from_reader(Bounded { input, left: PIECE });
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_end_names = true;
        Self {
            reader,
            buffer: Vec::new(),
            path: String::new(),
            lengths: Vec::new(),
            text: String::new(),
            namespace: String::new(),
            currency: String::new(),
            closed: false,
            done: false,
        }
    }

    /// The open elements, as `/Document/CstmrPmtStsRpt/GrpHdr`; at [`Step::Close`] the one that closes is the last.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The text of the element that closes, trimmed.
    pub fn text(&self) -> &str {
        self.text.trim()
    }

    /// The namespace of the root.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// The currency of the last amount.
    pub fn currency(&self) -> &str {
        &self.currency
    }

    /// A fault at the place that was read last.
    pub fn fault(&self, message: impl Into<String>) -> XmlFault {
        XmlFault { byte: self.reader.buffer_position(), message: message.into() }
    }

    /// The next step.
    ///
    /// # Errors
    /// The bytes are no XML in UTF-8, end early, or go beyond the bounds.
    pub fn step(&mut self) -> Result<Step, XmlFault> {
        if self.closed {
            self.closed = false;
            let length = self.lengths.pop().unwrap_or(0);
            self.path.truncate(length);
            self.text.clear();
        }
        loop {
            self.buffer.clear();
            self.reader.get_mut().left = PIECE;
            let mut buffer = std::mem::take(&mut self.buffer);
            let event = self.reader.read_event_into(&mut buffer);
            let step = match event {
                Ok(event) => self.take(&event),
                Err(error) => Err(self.fault(format!("{error}; this is no whole XML file, fetch it again"))),
            };
            self.buffer = buffer;
            if let Some(step) = step? {
                return Ok(step);
            }
        }
    }

    fn take(&mut self, event: &Event<'_>) -> Result<Option<Step>, XmlFault> {
        let no_utf8 = |walker: &Self| walker.fault("a text is not UTF-8; ask the bank for UTF-8");
        match event {
            Event::Start(start) => {
                if self.done {
                    return Err(self.fault("a second document follows in the same file; split it"));
                }
                if self.lengths.len() >= DEPTH {
                    return Err(self.fault(format!("elements are nested deeper than {DEPTH}; no bank sends that")));
                }
                let name = start.local_name();
                let name = str::from_utf8(name.as_ref()).map_err(|_| no_utf8(self))?;
                self.lengths.push(self.path.len());
                self.path.push('/');
                self.path.push_str(name);
                self.text.clear();
                self.attributes(start.attributes())?;
                Ok(Some(Step::Open))
            }
            Event::End(_) => {
                self.closed = true;
                self.done = self.lengths.len() == 1;
                Ok(Some(Step::Close))
            }
            Event::Text(text) => {
                let text = str::from_utf8(text).map_err(|_| no_utf8(self))?;
                if self.lengths.is_empty() && !text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
                    return Err(self.fault("text stands outside the document; this is no message of a bank"));
                }
                self.keep(text);
                Ok(None)
            }
            Event::CData(text) => {
                let text = str::from_utf8(text).map_err(|_| no_utf8(self))?;
                self.keep(text);
                Ok(None)
            }
            Event::GeneralRef(name) => {
                let character = match name.resolve_char_ref() {
                    Ok(Some(character)) => Some(character),
                    Ok(None) => match &**name {
                        b"amp" => Some('&'),
                        b"lt" => Some('<'),
                        b"gt" => Some('>'),
                        b"quot" => Some('"'),
                        b"apos" => Some('\''),
                        _ => None,
                    },
                    Err(_) => None,
                };
                let character = character.ok_or_else(|| self.fault("an unknown entity; no bank sends that"))?;
                self.keep(character.encode_utf8(&mut [0; 4]));
                Ok(None)
            }
            Event::Decl(declared) => {
                let other = declared.encoding().is_some_and(|encoding| {
                    !encoding.is_ok_and(|encoding| {
                        encoding.eq_ignore_ascii_case(b"utf-8") || encoding.eq_ignore_ascii_case(b"us-ascii")
                    })
                });
                if other { Err(self.fault("the file is not in UTF-8; ask the bank for UTF-8")) } else { Ok(None) }
            }
            Event::DocType(_) => Err(self.fault("a document type (DTD) stands in the file; no bank sends that")),
            Event::Eof if self.done => Ok(Some(Step::End)),
            Event::Eof => Err(self.fault("the file ends too early; fetch it again")),
            Event::Comment(_) | Event::PI(_) | Event::Empty(_) => Ok(None),
        }
    }

    fn keep(&mut self, text: &str) {
        // What is longer than anything that is looked at is not kept, so that a run of pieces can't fill the memory.
        if self.text.len() + text.len() <= TEXT {
            self.text.push_str(text);
        } else {
            let mut room = TEXT.saturating_sub(self.text.len());
            while !text.is_char_boundary(room) {
                room -= 1;
            }
            self.text.push_str(&text[..room]);
        }
    }

    fn attributes(&mut self, attributes: Attributes<'_>) -> Result<(), XmlFault> {
        let is_root = self.lengths.len() == 1;
        let is_amount = self.path.ends_with("Amt");
        if !is_root && !is_amount {
            return Ok(());
        }
        for attribute in attributes {
            let attribute = attribute.map_err(|error| self.fault(error.to_string()))?;
            let value = str::from_utf8(&attribute.value).unwrap_or_default();
            if is_root && attribute.key.as_ref().starts_with(b"xmlns") && value.contains(":iso:20022:") {
                value.clone_into(&mut self.namespace);
            } else if is_amount && attribute.key.as_ref() == b"Ccy" {
                value.clone_into(&mut self.currency);
            }
        }
        Ok(())
    }
}

/// Input that gives out so many bytes and no more until it is told to go on.
#[derive(Debug)]
struct Bounded<R> {
    input: R,
    left: usize,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let length = ready.len().min(into.len());
        into[..length].copy_from_slice(&ready[..length]);
        self.consume(length);
        Ok(length)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            let told = format!("a text, name or comment is longer than {PIECE} bytes; no bank sends that");
            return Err(io::Error::other(told));
        }
        let ready = self.input.fill_buf()?;
        Ok(&ready[..ready.len().min(self.left)])
    }

    fn consume(&mut self, length: usize) {
        self.left = self.left.saturating_sub(length);
        self.input.consume(length);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walked(text: &[u8]) -> Result<Vec<(Step, String, String)>, String> {
        let mut walker = Walker::new(text);
        let mut steps = Vec::new();
        loop {
            let step = walker.step().map_err(|fault| fault.to_string())?;
            if step == Step::End {
                return Ok(steps);
            }
            steps.push((step, walker.path().to_owned(), walker.text().to_owned()));
        }
    }

    #[test]
    fn elements_are_walked_with_their_paths_and_texts() {
        let steps = walked(
            b"<?xml version='1.0'?><a:A xmlns:a='urn:iso:20022:x'> <B>x &amp; <![CDATA[<y>]]>&#33;</B><C/></a:A>\n",
        );
        let closed: Vec<_> = steps.unwrap().into_iter().filter(|(step, ..)| *step == Step::Close).collect();
        let told: Vec<_> = closed.iter().map(|(_, path, text)| format!("{path} {text}")).collect();
        assert_eq!(told, ["/A/B x & <y>!", "/A/C ", "/A "]);
    }

    #[test]
    fn hostile_files_are_refused() {
        let bomb = "<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><a>&b;</a>";
        assert!(walked(bomb.as_bytes()).unwrap_err().contains("DTD"));
        assert!(walked(b"<a>&b;</a>").unwrap_err().contains("entity"));
        assert!(walked("<a>".repeat(100_000).as_bytes()).unwrap_err().contains("nested"));
        for hostile in [
            format!("<a>{}</a>", "x".repeat(2_000_000)),
            format!("<a b='{}'/>", "x".repeat(2_000_000)),
            format!("<a{}/>", " b".repeat(2_000_000)),
            format!("<!--{}--><a/>", "x".repeat(2_000_000)),
        ] {
            assert!(walked(hostile.as_bytes()).unwrap_err().contains("longer than"));
        }
        for broken in ["<a>", "<a></b>", "", "x", "<a/><b/>", "<a/>x"] {
            assert!(walked(broken.as_bytes()).is_err(), "{broken}");
        }
        assert!(walked(b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>").unwrap_err().contains("UTF-8"));
        assert!(walked(b"<a>\xff</a>").is_err());
    }

    #[test]
    fn many_small_pieces_are_read_in_little_memory() {
        let text = format!("<a>{}</a>", "x<!---->".repeat(100_000));
        assert_eq!(walked(text.as_bytes()).unwrap().last().unwrap().2.len(), TEXT);
    }
}
