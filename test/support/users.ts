/** Each one's password is the name; by bcrypt. */
const passwords = {
  admin: '$2b$04$DSpIr4Kt.jPeh0F3HVWGHeAJZljck3CXmn/A2/If7ozNg8TAR//Su',
  reader: '$2b$04$ZV6K5Hii.E6n.fSDQ.z5seYCrYKHabbA0ucTsCczdjtdt7JNVXQi6',
  writer: '$2b$04$44hQx0LRKDBqjX4aPgsXd./T6w9L0jdtA35UlELLnwpTfcvofiQdS',
  exact: '$2b$04$99fxFZ9uYB5QSkRsoyZymeLV5rxw4BN81bBNqNangP5JVCRAG/eGK',
};

/** A user for `adminAuth`. */
export function user(username: keyof typeof passwords, permissions: string | readonly string[]) {
  return { username, password: passwords[username], permissions };
}
