//! Users for the tests. They are written straight to the tables, which is quicker than to register and confirm them over HTTP.

use jiff::Timestamp;
use shared::domain::UserId;
use shared::domain::session::Device;
use shared::domain::user::NewUser;
use shared::store::accounts::Account;
use shared::store::registrations::Registrations;
use shared::token::Signer;
use shared::token::{MailedToken, RefreshToken};
use uuid::Uuid;

use crate::{OLD_HASH, PASSWORD_HASH, Service, registration};

/// A user with an account.
#[derive(Clone, Debug)]
pub struct User {
    /// The user's id.
    pub id: UserId,
    /// The username, which is also the name.
    pub name: String,
    /// The address.
    pub email: String,
    /// An access token.
    pub access: String,
    /// The refresh token of the session that began with the confirmation.
    pub refresh: String,
}

impl User {
    /// The session of [`User::refresh`], decoded.
    pub fn session(&self) -> RefreshToken {
        RefreshToken::parse(&self.refresh).unwrap()
    }
}

impl Service {
    /// Makes an active user of that name, with [`PASSWORD`](crate::PASSWORD).
    pub async fn user(&self, name: &str) -> User {
        self.user_with(name, PASSWORD_HASH).await
    }

    /// Makes an active user whose password has that hash.
    pub async fn user_with(&self, name: &str, hash: &str) -> User {
        let now = self.now();
        let (account, token) = self.registered(name, hash, now).await;
        let session = self.part::<Signer>().first_token(account.id).unwrap();
        self.part::<Registrations>().confirm(&account, &token.hash(), &session, Device::default(), now).await.unwrap();
        let user = self.with_session(account, &session, now);
        self.keep_secrets([hash, &user.email, &user.access, &user.refresh].map(str::to_owned));
        user
    }

    /// Makes a user who has not confirmed yet, with tokens that such a user could not have.
    pub async fn unconfirmed(&self, name: &str) -> User {
        let now = self.now();
        let (account, _) = self.registered(name, OLD_HASH, now).await;
        let session = self.part::<Signer>().first_token(account.id).unwrap();
        self.with_session(account, &session, now)
    }

    fn with_session(&self, account: Account, session: &RefreshToken, now: Timestamp) -> User {
        User {
            id: account.id,
            name: account.name,
            email: account.email,
            access: self.part::<Signer>().access_token(session, now).unwrap(),
            refresh: session.encode(),
        }
    }

    /// Makes an account that was registered at that time and is not confirmed, and the token of its link.
    pub async fn registered(&self, name: &str, hash: &str, since: Timestamp) -> (Account, MailedToken) {
        let new = NewUser::parse(&registration(name)).unwrap();
        let token = MailedToken::new(Uuid::new_v4()).unwrap();
        let account = Account::new(token.user(), &new, hash.to_owned(), token.hash(), since);
        self.part::<Registrations>().create_account(&account, since).await.unwrap();
        (account, token)
    }

    /// Makes several active users.
    pub async fn users<const N: usize>(&self, names: [&str; N]) -> [User; N] {
        let mut users = Vec::with_capacity(N);
        for name in names {
            users.push(self.user(name).await);
        }
        users.try_into().unwrap()
    }

    /// Makes that number of active users: `guest0`, `guest1` …
    pub async fn guests(&self, number: usize) -> Vec<User> {
        let mut guests = Vec::with_capacity(number);
        for index in 0..number {
            guests.push(self.user(&format!("guest{index}")).await);
        }
        guests
    }
}
