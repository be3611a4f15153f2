//! The room of a draft: those who are connected to it, what they send, and what they hear (docs/design/0007).
//!
//! One task leads a room. It takes what has gathered, commits it as one rev, and only then tells anybody. While it
//! commits, more gathers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU16, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use store::StoreError;
use tokio::sync::mpsc::{self, UnboundedReceiver, UnboundedSender};
use tokio::time::{Instant, sleep_until};

use super::gathering::Gathering;
use super::open::{Held, Slot};
use super::presence::Presence;
use super::shared::{Applied, Broken, Outcome};
use super::wire::{self, Frame};
use super::{NO_ROOM, TOO_LARGE, Whose};
use crate::App;
use crate::error::ApiError;
use crate::metrics;
use crate::workflows::{self, Workflow};

/// Members of a room, and how many of them may only look on: a link that many follow leaves places for those who edit.
const MEMBERS_MAX: usize = 200;
const VIEWERS_MAX: usize = 150;
/// Frames that wait for the room, and frames that wait for a member.
const WAITING: usize = 1_024;
const UNHEARD_MAX: usize = 512;
/// How often somebody is asked for what it does not have itself.
const IN_VAIN_MAX: u32 = 3;
/// Bytes that are committed at once.
const BATCH_MAX: usize = 1024 * 1024;

/// Why a socket ends.
pub(crate) mod close {
    pub(crate) const GOING_AWAY: u16 = 1001;
    pub(crate) const FAILED: u16 = 1011;
    pub(crate) const TOO_MUCH: u16 = 1013;
    pub(crate) const SIGNED_OUT: u16 = 4401;
    pub(crate) const NO_WORKFLOW: u16 = 4404;
    pub(crate) const REPLACED: u16 = 4408;
    pub(crate) const OVER: u16 = 4409;
    pub(crate) const TOO_LARGE: u16 = 4413;
    pub(crate) const MALFORMED: u16 = 4422;
}

/// What happened to a draft beside its room.
#[derive(Debug)]
pub(crate) enum Told {
    /// Somebody without a socket changed it.
    Changed { rev: u64, at_ms: i64, update: Bytes },
    /// It was folded into a new base.
    Over { epoch: u64, rev: u64 },
    /// It is not known what is stored.
    Failed,
    /// The workflow was deleted.
    Gone,
}

/// The way to a room.
#[derive(Clone)]
pub(super) struct Handle {
    epoch: u64,
    said: mpsc::Sender<Said>,
    told: UnboundedSender<Told>,
}

impl Handle {
    /// Tells it what happened. A room that has just ended need not know.
    pub(super) fn tell(&self, told: Told) {
        self.told.send(told).ok();
    }
}

/// How somebody is connected.
#[derive(Clone, Debug, Default)]
pub(crate) struct Manner {
    /// It understands what our own page hears.
    pub(crate) ours: bool,
    /// It changes nothing.
    pub(crate) views: bool,
    /// Another socket of the same is its successor.
    pub(crate) session: Option<String>,
}

/// A socket's place in a room.
pub(crate) struct Seat {
    member: u64,
    said: mpsc::Sender<Said>,
    /// What it hears; at its end [`Seat::code`] says why.
    pub(crate) hears: mpsc::Receiver<Bytes>,
    code: Arc<AtomicU16>,
}

impl Seat {
    /// Says something to the room. `false` once the room has ended.
    pub(crate) async fn say(&self, frame: &Bytes) -> bool {
        let said = match wire::read(frame) {
            Some(frame) => Said::Frame(self.member, frame),
            // Others may have messages of their own; they concern nobody here.
            None => return true,
        };
        self.said.send(said).await.is_ok()
    }

    /// Why it ended.
    pub(crate) fn code(&self) -> u16 {
        self.code.load(Ordering::Relaxed)
    }

    /// Leaves.
    pub(crate) async fn leave(self) {
        self.said.send(Said::Leave(self.member)).await.ok();
    }
}

enum Said {
    Join(Box<Member>),
    Frame(u64, Frame),
    Leave(u64),
}

impl Drop for Room {
    fn drop(&mut self) {
        ::metrics::gauge!("rooms_open").decrement(1.0);
    }
}

struct Member {
    id: u64,
    manner: Manner,
    out: mpsc::Sender<Bytes>,
    code: Arc<AtomicU16>,
    /// Sync frames that it sent, and how many of the first of them are on disk.
    sent: u64,
    kept: u64,
    /// One of its frames could not be taken: only all that it has is enough again.
    lacks: bool,
    /// How often it was asked for all that it has, and sent what lacks something again.
    in_vain: u32,
    /// Whether it is counted among those who are there.
    counted: bool,
}

impl Drop for Member {
    fn drop(&mut self) {
        if self.counted {
            ::metrics::gauge!("room_members").decrement(1.0);
        }
    }
}

/// Takes a place in the room of a draft. `Err` is the code with which to refuse.
pub(crate) async fn join(app: &App, whose: Whose, epoch: u64, manner: Manner) -> Result<Seat, u16> {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    let failed = |error: &ApiError| if error.status().as_u16() == 404 { close::NO_WORKFLOW } else { close::FAILED };
    loop {
        let handle = {
            let mut held = app.drafts.hold(app, whose.0, whose.1).await;
            let workflow = workflows::find(app, whose.0, whose.1).await.map_err(|error| failed(&error))?;
            let (head, _) = held.head(&workflow).await.map_err(|_| close::FAILED)?;
            if head.epoch != epoch {
                return Err(close::OVER);
            }
            held.open(&workflow).await.map_err(|_| close::FAILED)?;
            open(app, whose, epoch)
        };
        let (out, hears) = mpsc::channel(UNHEARD_MAX);
        let code = Arc::new(AtomicU16::new(close::FAILED));
        let id = NEXT.fetch_add(1, Ordering::Relaxed);
        let member = Member {
            id,
            manner: manner.clone(),
            out,
            code: code.clone(),
            sent: 0,
            kept: 0,
            lacks: false,
            in_vain: 0,
            counted: false,
        };
        // A room that ends right now does not take it; then there is another.
        if handle.said.send(Said::Join(Box::new(member))).await.is_ok() {
            return Ok(Seat { member: id, said: handle.said, hears, code });
        }
    }
}

/// The room of a draft that is held, opened where there is none.
fn open(app: &App, whose: Whose, epoch: u64) -> Handle {
    let slot = app.drafts.slot(whose);
    let mut place = slot.room.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(room) = place.as_ref().filter(|room| room.epoch == epoch && !room.said.is_closed()) {
        return room.clone();
    }
    let (said, says) = mpsc::channel(WAITING);
    let (told, tells) = mpsc::unbounded_channel();
    let handle = Handle { epoch, said, told };
    *place = Some(handle.clone());
    let room = Room {
        app: app.clone(),
        whose,
        slot: slot.clone(),
        handle: handle.clone(),
        members: HashMap::new(),
        presence: Presence::default(),
        unheard: Gathering::default(),
        newest: (0, 0),
    };
    ::metrics::gauge!("rooms_open").increment(1.0);
    tokio::spawn(room.lead(says, tells));
    handle
}

struct Room {
    app: App,
    whose: Whose,
    slot: Arc<Slot>,
    handle: Handle,
    members: HashMap<u64, Member>,
    presence: Presence,
    /// Updates that not everybody has heard.
    unheard: Gathering,
    /// The newest rev that is told, and when it was.
    newest: (u64, i64),
}

/// The room is over, and this is why.
struct Ended(u16);

impl Room {
    async fn lead(mut self, mut says: mpsc::Receiver<Said>, mut tells: UnboundedReceiver<Told>) {
        let mut closing = self.app.closing();
        let Ended(code) = loop {
            let due = self.unheard.due(self.members.len(), self.presence.has_news());
            let step = tokio::select! {
                biased;
                told = tells.recv() => match told {
                    Some(told) => self.told(told),
                    None => Err(Ended(close::FAILED)),
                },
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.spread(false);
                    Ok(())
                }
                said = says.recv() => match said {
                    Some(said) => self.said(said, &mut says).await,
                    None => Err(Ended(close::FAILED)),
                },
                () = async { drop(closing.wait_for(|closing| *closing).await) } => Err(Ended(close::GOING_AWAY)),
            };
            if let Err(ended) = step {
                break ended;
            }
            if self.members.is_empty() && self.end(&mut says).await {
                return;
            }
        };
        self.spread(true);
        says.close();
        self.vacate();
        for (_, member) in self.members.drain() {
            member.end(code);
        }
        // Who was about to join goes the same way.
        while let Ok(said) = says.try_recv() {
            if let Said::Join(member) = said {
                member.end(code);
            }
        }
    }

    /// Ends a room that nobody is in; `false` if somebody has come meanwhile.
    async fn end(&mut self, says: &mut mpsc::Receiver<Said>) -> bool {
        let (tenant, id) = self.whose;
        let mut held = self.app.drafts.hold(&self.app, tenant, id).await;
        if !says.is_empty() {
            return false;
        }
        says.close();
        self.vacate();
        if !says.is_empty() {
            // Somebody was quicker than that: they find no room and open another.
            while let Ok(said) = says.try_recv() {
                if let Said::Join(member) = said {
                    member.end(close::FAILED);
                }
            }
        }
        if let Ok(workflow) = workflows::find(&self.app, tenant, id).await
            && let Err(error) = held.fold(&workflow).await
        {
            tracing::warn!(workflow = %id, %error, "a draft could not be folded");
        }
        true
    }

    /// Gives up its place, unless another room has it already.
    fn vacate(&self) {
        let mut place = self.slot.room.lock().unwrap_or_else(PoisonError::into_inner);
        if place.as_ref().is_some_and(|room| room.said.same_channel(&self.handle.said)) {
            *place = None;
        }
    }

    fn told(&mut self, told: Told) -> Result<(), Ended> {
        match told {
            Told::Changed { rev, at_ms, update } => {
                self.newest = (rev, at_ms);
                self.unheard.add(None, update);
                Ok(())
            }
            Told::Over { epoch, rev } => {
                self.spread(true);
                let over = wire::over(epoch, rev);
                self.members.values_mut().filter(|member| member.manner.ours).for_each(|member| member.hear(&over));
                Err(Ended(close::OVER))
            }
            Told::Failed => Err(Ended(close::FAILED)),
            Told::Gone => Err(Ended(close::NO_WORKFLOW)),
        }
    }

    /// Takes what was said, and what was said meanwhile.
    async fn said(&mut self, first: Said, says: &mut mpsc::Receiver<Said>) -> Result<(), Ended> {
        let (mut frames, mut bytes, mut joined) = (Vec::new(), 0, Vec::new());
        let mut next = Some(first);
        while let Some(said) = next {
            match said {
                Said::Join(member) => {
                    joined.push(member.id);
                    self.join(*member);
                }
                Said::Leave(member) => self.leave(member),
                Said::Frame(member, frame) => {
                    bytes += frame.update().map_or(0, Bytes::len);
                    frames.push((member, frame));
                }
            }
            next = if bytes < BATCH_MAX { says.try_recv().ok() } else { None };
        }
        for (member, frame) in &frames {
            match frame {
                Frame::Awareness(part) => self.aware(*member, part),
                Frame::AskAwareness => {
                    if let (Some(all), Some(member)) = (self.presence.all(), self.members.get_mut(member)) {
                        member.hear(&all);
                    }
                }
                _ => {}
            }
        }
        self.sync(frames, &joined).await?;
        self.drop_deaf();
        Ok(())
    }

    fn join(&mut self, mut member: Member) {
        if let Some(session) = &member.manner.session {
            let before = self.members.values().find(|other| other.manner.session.as_ref() == Some(session));
            if let Some(before) = before.map(|other| other.id) {
                self.presence.leave(before);
                self.members.remove(&before).into_iter().for_each(|other| other.end(close::REPLACED));
            }
        }
        let viewers = self.members.values().filter(|other| other.manner.views).count();
        if self.members.len() >= MEMBERS_MAX || member.manner.views && viewers >= VIEWERS_MAX {
            return member.end(close::TOO_MUCH);
        }
        ::metrics::gauge!("room_members").increment(1.0);
        member.counted = true;
        self.members.insert(member.id, member);
    }

    fn leave(&mut self, member: u64) {
        self.presence.leave(member);
        self.members.remove(&member);
    }

    fn aware(&mut self, from: u64, part: &[u8]) {
        if !self.members.contains_key(&from) {
            return;
        }
        let members = &self.members;
        let answer = self.presence.take(from, part, |owner| members.contains_key(&owner));
        if let (Some(answer), Some(member)) = (answer, self.members.get_mut(&from)) {
            member.hear(&answer);
        }
    }

    /// Takes updates in, and answers who asks for them.
    async fn sync(&mut self, frames: Vec<(u64, Frame)>, joined: &[u64]) -> Result<(), Ended> {
        let is_sync = |(_, frame): &(u64, Frame)| matches!(frame, Frame::Step1(_) | Frame::Step2(_) | Frame::Update(_));
        let frames: Vec<_> = frames.into_iter().filter(is_sync).collect();
        if frames.is_empty() && joined.is_empty() {
            return Ok(());
        }
        let (tenant, id, began) = (self.whose.0, self.whose.1, Instant::now());
        let failed = |error: &dyn std::fmt::Display| {
            tracing::error!(workflow = %id, %error, "a room could not go on");
            Ended(close::FAILED)
        };
        let app = self.app.clone();
        let mut held = app.drafts.hold(&app, tenant, id).await;
        let workflow = workflows::find(&app, tenant, id).await.map_err(|error| failed(&error))?;
        let open = held.open(&workflow).await.map_err(|error| failed(&error))?;
        if open.head.epoch != self.handle.epoch {
            // What ended the epoch is about to be told, or was told to the room before this one.
            return Err(Ended(close::OVER));
        }
        for member in joined {
            let (vector, states) = (wire::step_1(&open.shared.state_vector()), self.presence.all());
            if let Some(member) = self.members.get_mut(member) {
                member.hear(&vector);
                states.into_iter().for_each(|states| member.hear(&states));
            }
        }
        let wanted = frames.iter().filter_map(|(_, frame)| frame.update()).map(Bytes::len).sum();
        let room = open.room(app.config.limits.body_bytes, wanted);
        let mut updates = self.updates_of(&frames, room.bytes);
        let applied =
            self.apply(&mut held, &workflow, &mut updates, room.items).await.map_err(|error| failed(&error))?;
        let open = held.open(&workflow).await.map_err(|error| failed(&error))?;
        let senders: Vec<(u64, u64)> = updates.iter().map(|(member, count, _)| (*member, *count)).collect();
        if !applied.update.is_empty() {
            let changed = open.differs(None, workflow.kept.version).map_err(|error| failed(&error))?;
            let head = open.head.next(changed);
            self.newest = (head.rev, head.at_ms);
            let update = applied.update;
            let stored = held.commit(head, update.clone(), false).await;
            metrics::auto_save("socket", if stored.is_ok() { "saved" } else { "failed" }, began.elapsed());
            stored.map_err(|error| failed(&error))?;
            let mut from = senders.iter().map(|(member, _)| *member);
            let first = from.next();
            let alone = from.all(|member| Some(member) == first);
            self.unheard.add(first.filter(|_| alone), update);
        }
        let open = held.open(&workflow).await.map_err(|error| failed(&error))?;
        if self.newest.0 == 0 {
            self.newest = (open.head.rev, open.head.at_ms);
        }
        let vector = open.shared.state_vector();
        self.answer(&senders, &applied.outcomes, &vector);
        for (member, frame) in &frames {
            let Frame::Step1(vector) = frame else { continue };
            let Some(member) = self.members.get_mut(member) else { continue };
            match open.shared.since(vector) {
                Ok(update) => member.hear(&wire::step_2(&update)),
                Err(_) => member.code.store(close::MALFORMED, Ordering::Relaxed),
            }
        }
        Ok(())
    }

    /// Applies updates. Whoever sent one that breaks the document is sent away; the others have heard of nothing but what is stored, so
    /// they go on with that.
    async fn apply(
        &mut self,
        held: &mut Held,
        workflow: &Workflow,
        updates: &mut Vec<(u64, u64, &Bytes)>,
        room: usize,
    ) -> Result<Applied, StoreError> {
        loop {
            let parts: Vec<&Bytes> = updates.iter().map(|(_, _, update)| *update).collect();
            let by = match held.open(workflow).await?.shared.apply(&parts, room) {
                Ok(applied) => return Ok(applied),
                Err(Broken { by }) => by,
            };
            held.forget();
            // It may break only at the end of all: then it was whoever came last.
            let Some((by, ..)) = updates.get(by).or(updates.last()).copied() else {
                return Err(StoreError::Corrupt(format!("the changes of the draft of workflow {}", self.whose.1)));
            };
            tracing::warn!(workflow = %self.whose.1, "an update made the document panic: its sender is sent away");
            self.presence.leave(by);
            self.members.remove(&by).into_iter().for_each(|member| member.end(close::MALFORMED));
            updates.retain(|(member, ..)| *member != by);
        }
    }

    /// The updates that are to be applied, each with who sent it and as their how manieth.
    fn updates_of<'f>(&mut self, frames: &'f [(u64, Frame)], room: usize) -> Vec<(u64, u64, &'f Bytes)> {
        let (mut updates, mut bytes) = (Vec::new(), 0);
        for (id, frame) in frames {
            let Some(update) = frame.update() else { continue };
            let Some(member) = self.members.get_mut(id) else { continue };
            member.sent += 1;
            // The answer of somebody who has nothing.
            let is_empty = update[..] == [0, 0];
            if member.manner.views && !is_empty {
                member.refuse("read_only", "this connection only looks on");
            } else if bytes + update.len() > room && !is_empty {
                member.refuse("too_large", NO_ROOM);
            } else {
                bytes += update.len();
                if matches!(frame, Frame::Step2(_)) {
                    member.in_vain += u32::from(member.lacks);
                    member.lacks = false;
                }
                updates.push((*id, member.sent, update));
            }
        }
        updates
    }

    /// Says to those who sent updates what became of them.
    fn answer(&mut self, senders: &[(u64, u64)], outcomes: &[Outcome], vector: &[u8]) {
        let (rev, at_ms) = self.newest;
        for ((id, count), outcome) in senders.iter().zip(outcomes) {
            let Some(member) = self.members.get_mut(id) else { continue };
            match outcome {
                Outcome::Taken if !member.lacks => {
                    member.in_vain = 0;
                    member.kept = *count;
                }
                Outcome::Taken => {}
                // It would be asked for ever.
                Outcome::Incomplete if member.in_vain >= IN_VAIN_MAX => {
                    member.code.store(close::MALFORMED, Ordering::Relaxed);
                }
                Outcome::Incomplete => {
                    member.lacks = true;
                    member.hear(&wire::step_1(vector));
                }
                Outcome::TooLarge => member.refuse_frame(*count, "too_large", TOO_LARGE),
                Outcome::NoRoom => member.refuse_frame(*count, "too_large", NO_ROOM),
                Outcome::Malformed => member.refuse_frame(*count, "malformed", "this is no update"),
            }
        }
        let mut told: Vec<u64> = senders.iter().map(|(member, _)| *member).collect();
        told.sort_unstable();
        told.dedup();
        for id in told {
            let Some(member) = self.members.get_mut(&id).filter(|member| member.manner.ours) else { continue };
            let saved = wire::saved(rev, member.kept, at_ms);
            member.hear(&saved);
        }
    }

    /// Tells everybody what is new and due; with `all`, also what would wait.
    fn spread(&mut self, all: bool) {
        let now = Instant::now();
        let changes = self.unheard.changes(now, self.members.len(), all);
        let shows = self.presence.has_news() && self.unheard.shows(now, all);
        let states = if shows { self.presence.news() } else { None };
        let (rev, at_ms) = self.newest;
        for member in self.members.values_mut() {
            if let Some(told) = changes.as_ref().filter(|told| told.by != Some(member.id)) {
                member.hear(&told.frame);
                if member.manner.ours {
                    let saved = wire::saved(rev, member.kept, at_ms);
                    member.hear(&saved);
                }
            }
            states.iter().for_each(|states| member.hear(states));
        }
        self.drop_deaf();
    }

    /// Lets go of those who hear too slowly.
    fn drop_deaf(&mut self) {
        let deaf: Vec<u64> = self.members.values().filter(|member| member.is_deaf()).map(|member| member.id).collect();
        for id in deaf {
            self.presence.leave(id);
            self.members.remove(&id);
        }
    }
}

impl Member {
    fn hear(&mut self, frame: &Bytes) {
        if self.out.try_send(frame.clone()).is_err() {
            self.code.store(close::TOO_MUCH, Ordering::Relaxed);
        }
    }

    fn is_deaf(&self) -> bool {
        matches!(self.code.load(Ordering::Relaxed), close::TOO_MUCH | close::MALFORMED)
    }

    fn refuse(&mut self, code: &str, detail: &str) {
        self.refuse_frame(self.sent, code, detail);
    }

    fn refuse_frame(&mut self, count: u64, code: &str, detail: &str) {
        if self.manner.ours {
            self.hear(&wire::refused(count, code, detail));
        }
    }

    /// Its socket ends with this.
    fn end(self, code: u16) {
        self.code.store(code, Ordering::Relaxed);
    }
}
