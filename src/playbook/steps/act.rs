//! Every act there is: what the steps owe, spelt out one by one, so that the compiler lists who has to deal with a new one.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::Step;
use super::page_review::REVIEW;

/// News that came too late for the page and is brought by a comment: a page that people type in is never rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// The sheet of affected customers is there.
    Sheet,
    /// The meeting has a time.
    Meeting,
    /// Somebody else leads now.
    Lead,
}

/// One act on the outside world, or one choice made by looking at it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    /// Ask Drive for the folder's id before there is a folder, so that a replay of its creation is seen as one.
    FolderId,
    /// Create the incident's folder.
    Folder,
    /// Let a group read the folder.
    Sharing(String),
    /// Create the spreadsheet in the folder.
    Spreadsheet,
    /// Lay out the sheet and write its rows.
    Rows,
    /// Read what was written in chat while the incident lasted.
    Transcript,
    /// Create the page, complete.
    Page,
    /// Let those who took part in a private incident read its page, and nobody else.
    Restriction,
    /// Label the page.
    Labels,
    /// Bring late news to the page.
    Comment(News),
    /// Choose the meeting's slot from real calendars.
    Slot,
    /// Put the meeting into everyone's calendar.
    Event,
    /// Name a later volunteer as the meeting's contact.
    Contact,
    /// Mail one recipient list.
    Mail(String),
    /// Post to one channel.
    Chat(String),
    /// Brief whoever leads by mail.
    BriefMail(String),
    /// Brief whoever leads by a direct message.
    BriefChat(String),
    /// Note the links in the record that the incident came from.
    Note,
    /// Post the links to the channel where the incident was worked on.
    Links(String),
    /// Write down on the page what is about to be sent, since no vendor can be asked whether it was.
    Mirror,
    /// Look at the page's wording before the meeting.
    Proofread,
    /// Comment advice on the page's wording.
    Advice,
    /// Read the page and tell its leader on that day what is missing.
    Review(Date),
}

impl Act {
    /// The step that owes it.
    pub fn step(&self) -> Step {
        match self {
            Self::FolderId | Self::Folder | Self::Sharing(_) | Self::Spreadsheet | Self::Rows => {
                Step::AffectedCustomers
            }
            Self::Transcript | Self::Page | Self::Restriction | Self::Labels | Self::Comment(_) => {
                Step::PostmortemPage
            }
            Self::Slot | Self::Event | Self::Contact => Step::ReviewMeeting,
            Self::Mail(_) | Self::Chat(_) | Self::Mirror => Step::Announcement,
            Self::BriefMail(_) | Self::BriefChat(_) | Self::Note | Self::Links(_) => {
                Step::LeadBriefing
            }
            Self::Proofread | Self::Advice | Self::Review(_) => Step::PageReview,
        }
    }

    /// Its name within the step: the ledger's `target`.
    pub fn target(&self) -> String {
        match self {
            Self::Sharing(whom)
            | Self::Mail(whom)
            | Self::Chat(whom)
            | Self::BriefMail(whom)
            | Self::BriefChat(whom)
            | Self::Links(whom) => format!("{}:{whom}", self.kind()),
            Self::Review(date) => format!("{REVIEW}{date}"),
            Self::FolderId
            | Self::Folder
            | Self::Spreadsheet
            | Self::Rows
            | Self::Transcript
            | Self::Page
            | Self::Restriction
            | Self::Labels
            | Self::Comment(_)
            | Self::Slot
            | Self::Event
            | Self::Contact
            | Self::Note
            | Self::Mirror
            | Self::Proofread
            | Self::Advice => self.kind().to_owned(),
        }
    }

    /// Its name without whom it concerns, for logs and metrics: they hold no addresses.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::FolderId => "folder_id",
            Self::Folder => "folder",
            Self::Sharing(_) => "sharing",
            Self::Spreadsheet => "spreadsheet",
            Self::Rows => "rows",
            Self::Transcript => "transcript",
            Self::Page => "page",
            Self::Restriction => "restriction",
            Self::Labels => "labels",
            Self::Comment(News::Sheet) => "comment:sheet",
            Self::Comment(News::Meeting) => "comment:meeting",
            Self::Comment(News::Lead) => "comment:lead",
            Self::Slot => "slot",
            Self::Event => "event",
            Self::Contact => "contact",
            Self::Mail(_) => "mail",
            Self::Chat(_) => "chat",
            Self::BriefMail(_) => "brief_mail",
            Self::BriefChat(_) => "brief_chat",
            Self::Note => "note",
            Self::Links(_) => "links",
            Self::Mirror => "mirror",
            Self::Proofread => "proofread",
            Self::Advice => "advice",
            Self::Review(_) => "review",
        }
    }

    /// What it does, in words for `plan`.
    pub fn what(&self) -> String {
        match self {
            Self::FolderId => "reserve the folder's id".into(),
            Self::Folder => "create the incident's folder".into(),
            Self::Sharing(group) => format!("let {group} read the folder"),
            Self::Spreadsheet => "create the spreadsheet".into(),
            Self::Rows => "write the rows".into(),
            Self::Transcript => "read the chat".into(),
            Self::Page => "create the page".into(),
            Self::Restriction => "let only those who took part read the page".into(),
            Self::Labels => "label the page".into(),
            Self::Comment(News::Sheet) => "comment the sheet's link".into(),
            Self::Comment(News::Meeting) => "comment the meeting's time".into(),
            Self::Comment(News::Lead) => "comment who leads now".into(),
            Self::Slot => "choose the slot".into(),
            Self::Event => "book the meeting".into(),
            Self::Contact => "name the new lead in the meeting".into(),
            Self::Mail(list) => format!("mail {list}"),
            Self::Chat(channel) => format!("post to {channel}"),
            Self::BriefMail(lead) => format!("brief {lead} by mail"),
            Self::BriefChat(lead) => format!("brief {lead} in Slack"),
            Self::Note => "note the links in the incident's record".into(),
            Self::Links(channel) => format!("post the links to {channel}"),
            Self::Mirror => "note on the page what is sent".into(),
            Self::Proofread => "look at the page's wording".into(),
            Self::Advice => "comment advice on wording".into(),
            Self::Review(_) => "read the page and tell what is missing".into(),
        }
    }
}
