//! Who is in the demonstration school. All of them are invented.

/// A person: user name, first name, last name, idnumber, town, the house that the profile names.
pub struct Person {
    pub username: &'static str,
    pub first: &'static str,
    pub last: &'static str,
    pub idnumber: &'static str,
    pub town: &'static str,
    pub house: &'static str,
}

const fn person(
    username: &'static str,
    first: &'static str,
    last: &'static str,
    idnumber: &'static str,
    town: &'static str,
    house: &'static str,
) -> Person {
    Person { username, first, last, idnumber, town, house }
}

/// Staff: the administrator, a manager, a course creator, two teachers, two who teach without changing courses.
pub const STAFF: [Person; 7] = [
    person("admin", "Ada", "Keller", "STAFF-001", "Lindenau", ""),
    person("manager", "Miro", "Aldana", "STAFF-002", "Lindenau", ""),
    person("creator", "Cleo", "Bremer", "STAFF-003", "Osterfeld", ""),
    person("teacher", "Tomas", "Okafor", "STAFF-004", "Lindenau", "Heron"),
    person("teacher2", "Thea", "Lindqvist", "STAFF-005", "Osterfeld", "Otter"),
    person("assistant", "Abel", "Moreau", "STAFF-006", "Lindenau", "Heron"),
    person("assistant2", "Aiko", "Sandoval", "STAFF-007", "Wehr", "Otter"),
];

/// Students.
pub const STUDENTS: [Person; 20] = [
    person("student", "Sami", "Vance", "STU-001", "Lindenau", "Heron"),
    person("student2", "Rosa", "Imhof", "STU-002", "Lindenau", "Otter"),
    person("student3", "Kofi", "Brandt", "STU-003", "Wehr", "Heron"),
    person("student4", "Lena", "Marchetti", "STU-004", "Wehr", "Otter"),
    person("student5", "Ivo", "Petrak", "STU-005", "Osterfeld", "Heron"),
    person("student6", "Noor", "Haddad", "STU-006", "Osterfeld", "Otter"),
    person("student7", "Elin", "Strand", "STU-007", "Lindenau", "Heron"),
    person("student8", "Mateo", "Quiroga", "STU-008", "Lindenau", "Otter"),
    person("student9", "Anya", "Sorokin", "STU-009", "Wehr", "Heron"),
    person("student10", "Felix", "O'Dowd", "STU-010", "Osterfeld", "Otter"),
    person("student11", "Zuri", "Mbeki", "STU-011", "Lindenau", "Heron"),
    person("student12", "Jonas", "Müller", "STU-012", "Wehr", "Otter"),
    person("student13", "Chloé", "Tissot", "STU-013", "Wehr", "Heron"),
    person("student14", "Bilal", "Rahmani", "STU-014", "Osterfeld", "Otter"),
    person("student15", "Greta", "Nyberg", "STU-015", "Lindenau", "Heron"),
    person("student16", "Hugo", "Castellan", "STU-016", "Lindenau", "Otter"),
    person("student17", "Mei", "Tanaka", "STU-017", "Osterfeld", "Heron"),
    person("student18", "Pavel", "Dvorak", "STU-018", "Wehr", "Otter"),
    person("student19", "Tilda", "Ashgrove", "STU-019", "Lindenau", "Heron"),
    person("student20", "Yusuf", "Demir", "STU-020", "Osterfeld", "Otter"),
];
