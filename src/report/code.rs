//! The table of diagnostic codes: one row each, stable for ever. `mwsc explain CODE` prints a row.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Something asked for is not in the output. Exit status 1 (3 where an input could not be understood at all).
    Error,
    /// The output holds what was asked for, taken as Moodle would take it, and somebody should look. Exit status 0, 1 with `--strict`.
    Warning,
    /// For information.
    Note,
}

/// A row of the table.
#[derive(Debug)]
pub struct Info {
    /// The stable name, such as `M014`.
    pub name: &'static str,
    /// Severity of every finding with this code.
    pub severity: Severity,
    /// A few words, as a heading.
    pub title: &'static str,
    /// What it means, why it matters and what to do, in paragraphs.
    pub explanation: &'static str,
}

macro_rules! codes {
    ($($name:ident $severity:ident $title:literal $explanation:literal)*) => {
        /// A diagnostic code. `M` Moodle and PHP, `W` WSDL, `P` `PHPDoc`, `X` crosswalk, `N` names, `C` configuration and command line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[allow(missing_docs, reason = "the table below is the documentation, one row per code")]
        pub enum Code { $($name),* }

        /// Every code, in order.
        pub const CODES: &[Code] = &[$(Code::$name),*];

        impl Code {
            /// The row of the table.
            pub const fn info(self) -> &'static Info {
                match self {
                    $(Code::$name => &Info { name: stringify!($name), severity: Severity::$severity, title: $title, explanation: $explanation }),*
                }
            }
        }
    };
}

impl Code {
    /// The stable name.
    pub const fn name(self) -> &'static str {
        self.info().name
    }

    /// The severity.
    pub const fn severity(self) -> Severity {
        self.info().severity
    }

    /// Finds a code by its name, in any case.
    pub fn by_name(name: &str) -> Option<Code> {
        CODES.iter().copied().find(|code| code.name().eq_ignore_ascii_case(name))
    }
}

codes! {
    M001 Error "PHP that could not be parsed"
        "The parser met a construct that it does not understand, or that PHP itself rejects. The statement or member was skipped; everything else in the file was read. If `php -l` accepts the file, this is a gap in mwsc: please report it with the line."
    N001 Warning "One origin, different structures"
        "A structure is named after where it comes from: a class, or a static method called without arguments. Here two constructions of one such origin differ, so that code depends on more than its arguments (configuration, state, the site). Each construction is named after its place (function, `params` or `result`, keys) instead, so the output is right, but clients get separate types where they might expect one, and their names change if the source is mended. If the difference is only a documentation text, it is worth an upstream report."
    N002 Error "Two structures with one name"
        "Two structures that differ would get the same type name even when named after their places, so one name would mean two things. The operation that comes second is left out. Front ends name each place once, so for a Moodle tree this is a bug of mwsc; for another input, give one of the types another name."
    N003 Error "Reference to an unknown record"
        "An operation refers to a record type that no operation of the inputs defines, so its shape is unknown. The operation is left out. Look for a misspelt name, or for an input that is missing from the command line."
    N004 Error "Operation defined twice"
        "Two definitions have the same operation name; clients could not tell them apart, and Moodle itself would keep only one, whichever was installed last. The one whose file comes first in order of paths is kept. Leave one of the inputs out, or rename the function in the plugin that is yours."
    N005 Warning "Service lists an unknown function"
        "A service lists a function that no `db/services.php` of the inputs declares. Moodle ignores such an entry too: the function was renamed or removed, or its plugin is not among the inputs. The service is compiled without it."
    N006 Error "Two services with one shortname"
        "Services are told apart by their shortname: it names their files, and clients ask for tokens with it. Two services of the inputs have the same, so only the first is compiled. Give one of them another shortname, or compile them in separate runs."
    N007 Warning "Shortname that is no file name"
        "The shortname of a service names its output files, so only ASCII letters, digits, `_`, `-` and `.` may stand in it, and no dot at its beginning. Other characters were replaced. Give the service a proper shortname where it is declared."
    N008 Error "Function not found"
        "A function was asked for by its full name and is not declared in the inputs. The message names the most similar ones. A function of a plugin is only there when that plugin is among the inputs."
    N009 Error "Pattern matches nothing"
        "A pattern (`core_course_*`, `component:mod_assign`) selects no function of the inputs, so a service would silently lack what it was meant to have. Patterns match the whole name; `*` stands for any characters, `?` for one."
    N010 Error "Invalid schema"
        "The linked schema breaks one of its own rules. Whatever the input was, this is a bug of mwsc: please report it with the message and the input. Nothing in the output can be relied on."
    N011 Error "Two fields with one name"
        "A structure has two fields (or an operation two parameters) of the same name. PHP arrays cannot hold both and XML clients could not tell them apart; the first is kept. Rename one of them in the source."
    N012 Error "Service not found"
        "A service was asked for by its shortname and is declared neither in the inputs nor in the configuration. The message names the most similar ones. `mwsc inspect` without a name lists all of them."
    C001 Error "unknown key in the configuration"
        "The configuration file holds a key that mwsc does not know, at the place shown. A key that is silently ignored would leave you with something else than you asked for, so this stops the run. Correct the spelling, or remove the key; `mwsc init` writes a file with every key explained."
    C002 Error "configuration value of the wrong kind"
        "A key of the configuration file has a value of a kind that it cannot have, such as a number where a list of names is needed. Nothing was compiled. The message says what kind of value the key takes."
    C003 Error "configuration that is not TOML"
        "The configuration file is not well-formed TOML, so nothing in it could be used and nothing was compiled. The place shown is where reading stopped; the mistake may stand a little before it (an open quote, a missing bracket)."
    C004 Error "configuration file that cannot be read"
        "The file named with `--config` or `MWSC_CONFIG`, or one found upward from the working folder, is not there or cannot be read. Nothing was compiled. Without `--config`, mwsc looks for `mwsc.toml` and `.mwsc.toml` in the working folder and then in each folder above it."
    C005 Error "nothing to compile"
        "No input was named on the command line and no configuration file names one. Name a Moodle folder (`mwsc generate path/to/moodle`), or run `mwsc init path/to/moodle` once, which writes a configuration for it."
    C006 Error "unknown target"
        "There is no back end of that name. `mwsc generate --help` lists the targets that this version has."
    C007 Error "command that needs a Moodle"
        "The command is about PHP descriptions as Moodle has them, and the input is something else, such as a WSDL. `mwsc inspect` shows what any input declares."
    C008 Error "options that do not go together"
        "The options contradict each other, or one is missing that another one needs. The message names them; `mwsc help COMMAND` explains each."
    C009 Error "no input of that release"
        "`--moodle` names a release, and no input of this run is of it. Inputs are labelled with `release` in the configuration; an input without a label goes by the release in its own version.php. `4.5` selects 4.5 and every 4.5.x."
    C010 Error "pattern that cannot be used"
        "A pattern for functions or components is not well-formed. `*` stands for any characters, `?` for one, `[ab]` for one of those, `{x,y}` for either; every other character stands for itself."
    C011 Error "unknown diagnostic code"
        "There is no diagnostic of that code. `mwsc explain` without a code lists all of them."
    C013 Error "a configuration that is there already"
        "`mwsc init` never overwrites a configuration file. Remove or rename the file first, or write the new one elsewhere with `mwsc init -o FILE`."
    C014 Error "no token for the site"
        "Asking a site which functions a token's service has needs that token. Put it into the environment variable MWSC_TOKEN, or into a file that only you can read and name it with `--token-file`. It is not an option of its own because command lines are visible to other users of a machine and stay in the shell's history."
    C015 Error "address that would give the token away"
        "The address of the site is not one to send a token to: it is not https, or it is no address at all. Over plain http everybody on the way can read the token. Use https; `--insecure-http` permits http for a test site. Addresses of this machine itself are always permitted."
    C016 Error "output that cannot be written"
        "A file or a folder of the output could not be created, replaced or removed; the operating system's reason is in the message. Files are replaced one by one and each as a whole, so no file is half written, but not all of them may be of this run: run again once the reason is gone."
    C017 Error "place in the tree that is not known"
        "A plugin without a component, or with a component whose type is not known, cannot be laid over a tree: its place follows from `$plugin->component` in its version.php. Add that line (every plugin since Moodle 3.0 has one)."
    C018 Error "two inputs of one release"
        "Each input gets a folder of the output that is named by its release, so two inputs of one release would overwrite each other. Give them different labels with `release` in the configuration, or choose one with `--moodle`."
    C019 Error "name that nothing has"
        "No operation and no type of what was compiled has that name. Operations are named as clients call them (core_course_get_courses), types by where they come from (a class, or a function and a path of keys); the end of a type's name is enough where it is unique."
    C020 Error "input that is not there"
        "The path of an input does not exist. Nothing of it was compiled. Paths on the command line are relative to the working folder; paths in a configuration file are relative to the folder of that file."
    C021 Error "input that is no folder"
        "An input has to be a folder: a Moodle tree, or the folder of one plugin. Archives must be unpacked first."
    C022 Error "folder that holds no Moodle"
        "The folder is neither a Moodle tree (which has version.php and lib/ at its top, or under public/ since 5.1) nor a plugin (whose version.php sets `$plugin->component`). Often the folder is one level too high or too low."
    C023 Error "input that cannot be read"
        "The operating system, or a limit of mwsc (16 MB for one file), did not let mwsc read something that it needed. What depends on it is missing from the output, so do not take the rest for the whole."
    C024 Error "link that leads outside the tree"
        "mwsc reads nothing outside the folders it is given. A symbolic link in the tree leads out of it, or back up so that it would never end, and something was asked for behind it. If a plugin is linked into the tree, name its real folder as an input of its own and the tree with `--base`."
    C025 Error "list of services that was not understood"
        "The file named with `--services-from` is not an export of Moodle's tables `external_services` and `external_services_functions` in JSON or CSV. The message says what is missing. One JSON file with both tables, or CSV files with a header line, are understood."
    C026 Error "site that did not answer"
        "The site could not be asked for the functions of a service: no connection, a failure on the way, an answer that is too late, too large or not from a Moodle. Nothing was compiled, because the service would be incomplete. Open the address in a browser: it should be the front page of the site, without `/webservice`."
    C027 Error "site that refused"
        "The site answered with an error of its own, which the message quotes. Usual reasons: web services or the REST protocol are switched off, the token has expired, is restricted to other addresses, or its service lacks the function `core_webservice_get_site_info`."
    C032 Error "service without functions"
        "No function is left in the service, and a WSDL without operations is not one. No file was written for it. Either everything in it is excluded or broken, or it lists functions of another release."
    C033 Error "no service to compile"
        "Artifacts are made for services, and there is none: the code declares no service that has functions, and the configuration defines none. Nothing was written. Make one on the spot with `--functions '*' --name all`, or define one in the configuration with `[service.NAME]`."
    C040 Error "output that is out of date"
        "`--check` found a file that is missing, differs from what would be written now, or would no longer be written. Nothing was changed. Run the same command without `--check`."
    C041 Error "file that mwsc did not write"
        "A file stands where mwsc wants to write, and it is not as mwsc left it: somebody else wrote it, or edited it since. Nothing was written at all, so the output is consistent still. Move the file away, choose another folder with `-o`, or have it replaced with `--force`."
    C042 Error "manifest that was not understood"
        "The list of the files that mwsc wrote into the output folder (.mwsc-manifest.json) is damaged, so mwsc cannot tell its own files from yours. Nothing was written. Restore the file, or remove it: files that are as they should be are then taken over, and for others there is `--force`."
    M011 Error "file cannot be read"
        "A file or folder that Moodle would read is there but cannot be read: permissions, a device error, or a size beyond 16 MB (the largest PHP file of a Moodle is under 2 MB). What it declares is missing from the output. Repair the file and run again."
    M012 Warning "file is not UTF-8"
        "Moodle's source is UTF-8. Bytes that are not were replaced by U+FFFD, so texts from this file may look wrong in the output; keys and types are hardly ever concerned. Convert the file to UTF-8."
    M013 Error "services.php cannot be evaluated"
        "A plugin registers its functions and services by the arrays `$functions` and `$services` in `db/services.php`. This file ends with an error or leaves something else in these variables, so the functions of this plugin are unknown. Moodle could not install them either. Everything else was compiled."
    M014 Error "registration is broken"
        "An entry in `db/services.php` is no array, has no name, or names no class. Moodle cannot call such a function, so it is left out. Give the entry a `classname` (and a `methodname`, unless it is `execute`)."
    M015 Error "function is registered twice"
        "Two components register a function of one name. Moodle's table of external functions has a unique index on the name: the component that is installed first keeps it, and the installation of the other one fails. The first is compiled. Rename the function in one of the plugins; names begin with the component's own."
    M016 Error "file of an external function is missing"
        "The class of the function is not found by Moodle's class loader, and the file that `classpath` names (or `externallib.php` of the component, when it names none) is not there. Moodle rejects every call of it, so it is left out. Correct `classname` or `classpath` in `db/services.php`."
    M017 Error "class of an external function is missing"
        "The file that should declare the class was loaded and does not. The function is left out. Correct `classname` in `db/services.php`, or the namespace in the file."
    M018 Error "method of an external function is missing"
        "Besides the method itself, a class needs `<method>_parameters()` and `<method>_returns()`. One of the three is missing, so Moodle rejects every call, and the function is left out. Add the method, or correct `methodname` in `db/services.php`."
    M019 Error "description is none"
        "`*_parameters()` must return an `external_function_parameters` object, `*_returns()` null or a description object, and every key and list in them must hold a description object as well. Something else was found, which Moodle rejects when the function is called. The function is left out."
    M020 Error "description does not evaluate"
        "Evaluating the description ends with an exception, an error or a name that is not there, as it would in PHP. The message says which and where. The function is left out."
    M021 Error "description exceeds a limit"
        "The description needs more steps, a deeper recursion or more parts than the evaluator grants. Real descriptions stay far below these limits; a function that recurses without end, or a structure that multiplies itself, is the usual reason. The function is left out."
    M022 Error "shape depends on the site"
        "A type, a key, or whether something is required is computed from what only a running site knows: its configuration, its database, its user. Unlike a default, a shape must be known when a client is generated, so the function is left out. A site file (`--site`) can give the value of the expression that the message names."
    M023 Error "description contains itself"
        "A description object lies inside its own structure. Moodle would never finish checking a value against it. The function is left out."
    M024 Error "core class is missing without a Moodle tree"
        "The plugin was read by itself, and its descriptions use classes of Moodle's core (exporters, helpers, other functions) that only a Moodle tree has. The functions that need them are left out. Give the tree that the plugin is for with `--base`."
    M025 Warning "structure depends on the site"
        "A key is there only under a condition that a site decides: which plugins are enabled, how something is configured. The key is compiled as optional, so that a client works with every such site. A site file (`--site`) settles the condition."
    M026 Note "default depends on the site"
        "The default is an expression that only a running site can compute: a configuration value, the time of the call, a closure. Clients see the parameter as one that may be left out; what the site then takes is the site's business. A site file (`--site`) can give the value."
    M027 Warning "optional parameter at the top level"
        "Moodle passes parameters to PHP by position, so a `VALUE_OPTIONAL` parameter that a client leaves out is an error or shifts the others, depending on the release. It is compiled as optional all the same. `VALUE_DEFAULT` with a default is what its author wants."
    M028 Warning "arguments in the wrong order"
        "A description object holds something in `required`, `desc` or `allownull` that does not belong there, which is how it looks when arguments are passed in the wrong order (`external_multiple_structure` takes the text before `VALUE_DEFAULT`, for example). It is compiled as the PHP of that release takes the value, `==` and all; that may not be what the author meant."
    M029 Warning "default does not fit its type"
        "Moodle checks a default like a value that a client sends, and rejects this one: a call that leaves the parameter out fails. It is compiled as written. Correct the default, or allow null."
    M030 Warning "unknown parameter type"
        "The type of a value is none of Moodle's `PARAM_` types. It is compiled as text, and no more is promised. A misspelt constant or a third-party type is the usual reason."
    M031 Warning "text depends on the site"
        "The text that describes a value is computed from what only a site knows. It is left empty in the output, since texts are never guessed."
    M032 Error "component table cannot be read"
        "Moodle finds its components by `lib/components.json`, and sub-plugins by `db/subplugins.json`. This one is no valid JSON object, so components may be missing from the output."
    M037 Error "two services have one short name"
        "The short name of a service must be unique on a site: Moodle refuses to install the second plugin. The first service is compiled."
    C050 Error "site file cannot be read"
        "The file given with `--site` is no valid TOML. Nothing in it was used."
    C051 Error "unknown table in the site file"
        "A site file has the tables `[config]` (values of `$CFG`, with `[config.<plugin>]` for values of `get_config('<plugin>')`) and `[expressions]` (any other PHP expression). Anything else is a misspelling, and ignoring it would settle nothing without saying so."
    C052 Error "site file has a value where a table belongs"
        "`config` and `expressions` are tables: write `[config]` on a line of its own, and the values below it."
    N020 Note "Parameter renamed in the WSDL"
        "The parameter's own name is a keyword of a target language, or no name that every toolchain can give to a parameter (`default`, `enum`, `a-b`), so it has another one in the WSDL: `_` behind a keyword, `_x2D_` for a character. Nothing is lost: the source's name stands in the element's appinfo, and the server translates. It is said because callers will look for it."
    N021 Note "Field renamed in the WSDL"
        "The key is no XML name (`1`, `a b`), or a word that generated code cannot have as a field (`enum`), so the field has another name in the WSDL: `_` before a digit or behind a reserved word, `_x20_` for a character. The source's key stands in the element's appinfo, and the server translates. It is said because callers will look for it."
    N022 Note "Two fields that tools would confuse"
        "Generators of classes make one name of `user_id` and `userId`, or of `Address` and `address`, and then stop or lose a field. The first keeps its name; in the later one everything but small letters and digits is spelt out. The source's key stands in the element's appinfo, and the server translates."
    N023 Note "Type name that tools would confuse"
        "Generators make one class of two names that differ only in case or punctuation, and a type may not share its class with a wrapper element either. The type's name by its origin is taken in that sense, so it has a longer one in which everything but small letters and digits is spelt out. Values on the wire are not concerned; only the generated class has an unfamiliar name."
    N024 Note "Operation renamed in the WSDL"
        "The operation's own name is no identifier (`my-op`), a word that generated code cannot have as a method (`wait`, `default`), or one that tools would confuse with another operation. It has another one in the WSDL, by the same rules as parameters. The source's name stands in the appinfo of its wrapper element, and the server translates."
    N025 Note "Parameter or field that can hold nothing"
        "It is a record without fields, or a list or record of such records. A type without content comes out untyped in some toolchains, so the WSDL leaves it out. Its description stands in appinfo, and the server supplies the empty value. As the result of an operation it is an empty response."
    N026 Warning "More parameters than a Java method can take"
        "A Java method takes 255 arguments, of which `this` is one and each `long` and `double` counts twice; toolchains that make Java would refuse the whole WSDL. The parameters of this operation are fields of one record named `arguments`. In all languages the call looks different from that of other operations."
    N027 Warning "More fields than a Java constructor can take"
        "Some generators make a constructor with all fields of a record, and a Java constructor takes 255 arguments at most, `long` and `double` counted twice. The record keeps as many as fit, and a last field `more` holds a record with the rest. The server puts them together again."
    P001 Error "no class that could be the server"
        "Of classes that document themselves, one is the server: its public methods with `@return` in their comments are the operations. No class of the input is like that, or the one that was named is not there. Nothing was read. Look whether the right file or folder was named; `class = \"...\"` in `[[input]]`, or `--class`, names the class."
    P002 Error "several classes that could be the server"
        "More than one class has public methods with `@return` in their comments and is extended by no other one, so it is not known which of them is published. Nothing was read. Say which with `class = \"...\"` in `[[input]]` or with `--class`, or name its file alone: files that it requires are found."
    P003 Error "method that does not say what it gives"
        "A public method of the server has neither `@return` in its comment (or in that of the method that it overrides) nor a declared return type, so its result is unknown. It is left out. Write `@return void` where nothing is returned; make it protected where it is no operation."
    P004 Warning "parameter without a type"
        "A parameter has neither a `@param` tag nor a declared type nor a default that tells its kind, so clients would not know what to send. The operation is published without it, and the method gets no value for it. Add the tag."
    P005 Warning "tag for a parameter that is not there"
        "A `@param` tag is about a parameter that the method does not have: it was renamed or removed, or the tag is misspelt. The tag is ignored, so the parameter that was meant may lack its type and its description. Correct the tag."
    P006 Warning "comment and declaration disagree"
        "A tag says another type than the declaration beside it, permits null where PHP does not, or stands in another order than the parameters. The tag's type and the declared order are followed, for that is what clients were told and how PHP binds values. A call may fail in PHP all the same. Correct whichever is wrong."
    P007 Error "type that is not there"
        "A comment or a declaration names a class that no file of the input declares, and it is no word for a scalar either. The operations that need it are left out. Look for a misspelt name, or for a file that is missing from the input."
    P008 Error "type that is not understood"
        "What stands where a type should be is not one, or its brackets nest beyond all measure. The operation is left out, or those that use the class are. Types are spelled `int`, `userRecord`, `string[]`, `?T`, `A|null`, `array<string, T>`, `list<T>`, `array{id: int}`."
    P009 Error "type that cannot be sent"
        "Values of this type have no form on the wire: functions, resources, interfaces, one of several structures, records that nest beyond all measure. The operations that need it are left out. Give the method a type of data."
    P010 Warning "type that says little"
        "A type such as `mixed`, `array` or `object` leaves open what is sent, and so does a union of kinds that have none in common. It is taken as text (or a list of texts), which is what clients will get. Write what is in it: `string[]`, `list<userRecord>`, `array{id: int}`."
    P011 Warning "default that does not fit its type"
        "The default of a parameter or property is no value of its type, so clients are not told of it: what may be left out is optional without a default. Correct the type or the default; `null` fits every type."
    P012 Error "ancestor that is not there"
        "A class inherits from a class, trait or interface that no file of the input declares, so methods or fields that it brings are missing from the output. Add the file to the input."
    P013 Error "inheritance without an end"
        "A class is its own ancestor, or inherits from more classes than anybody would write. PHP refuses such a class. What was found up to there was read. Correct `extends`, `implements` or `use`."
    P014 Warning "class declared several times"
        "Several files declare a class of one name. The one in the file that needs it is taken, or in a file that this one requires, or else the first, files in outer folders before those in inner ones. Name the files that belong together instead of the folder, if another one was meant."
    P015 Warning "property without a type"
        "A public property of a data class has neither `@var` in its comment nor a declared type, so it is left out of the record. Add `@var`, or make it protected or mark it with `@access private` where it is no data."
    P016 Error "PHP file that was not read"
        "A file or folder of the input cannot be read, or the input has more files or deeper folders than any interface. What it declares is missing from the output. Repair the file, or name the files that matter."
    W001 Error "XML that is not well-formed"
        "The file is not well-formed XML at the place shown, so nothing was read from it. If it was downloaded, the server may have sent an error page or a truncated answer: open it in a browser."
    W002 Error "Document type declaration"
        "The file has a DOCTYPE. WSDL has no use for one, and SOAP forbids it: entities that it declares can make a small file enormous, or fetch others. Nothing was read. Remove the declaration if you trust the file."
    W003 Error "WSDL beyond the limits"
        "The file is larger, more deeply nested, or has more attributes on one element than any WSDL that people write, so it was not read to the end. The limits protect against files that are made to exhaust memory: 50 MB, 100 levels, 100 attributes."
    W004 Error "Not a WSDL 1.1"
        "The root element is not `definitions` of WSDL 1.1. A schema without WSDL, a WSDL 2.0 or a web page is not understood. Nothing was read."
    W005 Error "Reference to something that is not there"
        "The WSDL refers to a message, element, type, port type or binding that neither it nor a file that it imports defines, or nothing in it is offered over SOAP. The operations that need what is missing are left out."
    W006 Error "WSDL in a style that is not understood"
        "An operation, a part or a declaration has no name, a part has neither a type nor an element, or an operation is one that the server calls and not the client. What is concerned is left out."
    W007 Warning "Schema construct that is not understood"
        "The construct (a wildcard, a union, a list of simple types, a field that stands twice) has no counterpart in what mwsc compiles. The part of the type that is understood was read, so the result says less than the WSDL does."
    W008 Warning "Facts in appinfo that are not understood"
        "An element in the namespace of mwsc has a value that mwsc does not write, so the file was edited or comes from another version. It was ignored, and what it said is missing or has its usual value. Generate the file again rather than edit it."
    W009 Error "WSDL or schema that cannot be read"
        "The file is not there, is no file, or is larger than 50 MB. Files that a WSDL imports or includes are looked for beside it and in the folders below; nothing is ever fetched from a network."
    W010 Warning "Import that is not read"
        "The WSDL or a schema names another file by a network address, or by a path that leads out of the folder of the WSDL. Such files are never fetched or opened, so that reading a WSDL touches nothing but its own folder. Types that only that file declares are missing then, and say so. Copy the file beside the WSDL and name the copy."
    W011 Error "Declared twice"
        "Two types, elements, messages, port types, bindings, services or operations have one name. The first one holds and the other is ignored, so what refers to that name may mean something else than was meant."
    W012 Warning "Second service in a file"
        "A WSDL may hold several services, and each is read as a service of its own. Whoever expects one file for each service should know."
    W013 Warning "Type that says nothing"
        "The WSDL gives `anyType`, or an array without the type of its items, where a client needs to know what to send or to expect. Moodle's own WSDLs have such arrays everywhere. It is read as what it is: text, or a list of anything as text. Typed clients cannot be made of that: compile the source of the service instead, if you have it."
    W014 Warning "Array of another record than its name says"
        "By the convention for names the array should hold records of another type, which the WSDL declares as well. Probably somebody copied a declaration. The array is read as it is declared, because that is what clients are generated from."
    W015 Warning "Declaration that nothing reaches"
        "No operation of a port type uses the type or message, directly or through others. It is not in what is compiled, and not in a WSDL that is written from it."
    W016 Warning "Namespace that is not imported"
        "A schema uses names of a namespace without an `import` for it. Strict tools refuse such a schema; mwsc reads it all the same."
    W017 Warning "Two WSDLs that differ"
        "Two WSDLs that are read together declare the same operation or record, and not with the same parts, fields or types. The first one says what the operation means; the second one's spelling is kept for writing it again. A client that moves from one to the other has to change what is shown."
    W018 Warning "Choice"
        "Of a choice one element is sent. There is no counterpart in what mwsc compiles: all elements of the choice are read as optional, and that one of them is needed is lost."
    W019 Note "Port or header that is not read"
        "The port has a binding for something else than SOAP, such as HTTP GET, or the operation wants a SOAP header. Neither has a counterpart in what mwsc compiles."
    W020 Warning "WSDL is not UTF-8"
        "Bytes that are not UTF-8 were replaced by U+FFFD. Names that hold them will not be those that the server expects: convert the file."
    X001 Error "crosswalk that was not understood"
        "The file is no valid TOML, or has a table, a key or a value that a crosswalk does not have. The head of `grammars/crosswalk.toml` describes the form. Nothing of the file was used, or, where the message names one entry, nothing of that entry."
    X002 Error "expression that was not understood"
        "The text is no expression of the crosswalk's notation, which the head of `grammars/crosswalk.toml` describes. The place is that from which on it makes no sense."
    X003 Error "name that the crosswalk does not have"
        "An expression, or a step, uses a name that nothing before it defines: a parameter of the operation, what an earlier step gave (`as`), the item of a list, a table, a map or a routine. A routine may use only those that stand before it, so that none runs without end."
    X010 Warning "function that this Moodle does not have"
        "The crosswalk serves the operation by a function that the Moodle tree does not register: it came with a later release, or is gone. On this release the operation needs the generated plugin, unless the crosswalk has another entry for it (`since`, `until`)."
    X011 Warning "argument that the function does not take"
        "The function of this Moodle tree has no such parameter or field. Moodle refuses calls with keys that it does not know, so the operation fails whenever there is a value for it."
    X012 Warning "field that the function does not give"
        "The function of this Moodle tree has no such field in its answer, so nothing is known there, and what is made of it is lost on this release."
    X013 Warning "argument that is missing"
        "The function of this Moodle tree wants a parameter or a field that the crosswalk does not give it. Moodle refuses such calls."
    X014 Warning "reading where a function writes"
        "The crosswalk calls the function with `read` and Moodle declares it as one that writes, or the other way round. What is read may be sent twice when an answer is lost; what is written must not be."
    X020 Warning "field of which nothing is said"
        "The operation's record has a field that the crosswalk neither fills nor lists under `lost`. Whoever moves to Moodle should be told what becomes of it: fill it, or say why it is lost."
    X021 Warning "field that the record does not have"
        "The crosswalk fills, or loses, a field that the operation's record does not have. It may be misspelt, or the operations were compiled from another version of the interface."
    X022 Warning "value of another kind"
        "A value has another kind or shape than the place into which it is put: a text where a number is declared, a record where a list is. The value would be refused. Convert it with a filter (`int`, `text`, `flag`, `list`, `first`)."
    X023 Warning "parameter of which nothing is said"
        "The operation has a parameter, or a field of one, that the crosswalk does not look at and does not list under `lost` or `ignored`. Callers who send it should be told what becomes of it."
    X030 Note "operation without an entry in the crosswalk"
        "The crosswalk does not say what serves this operation on a Moodle: an open point of a migration. Add an entry, which may be that it needs the generated plugin. Until then the runtime answers that nothing is known to serve it."
}
