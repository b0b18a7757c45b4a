//! Keywords. PHP spells them in any case.

use super::T;

/// The kind of a word: a keyword, or `Ident`.
pub fn keyword(word: &[u8]) -> T {
    let mut lower = [0; 16];
    if word.len() < 2 || word.len() >= lower.len() {
        return T::Ident;
    }
    for (to, from) in lower.iter_mut().zip(word) {
        *to = from.to_ascii_lowercase();
    }
    match &lower[..word.len()] {
        b"abstract" => T::Abstract,
        b"and" => T::And,
        b"array" => T::Array,
        b"as" => T::As,
        b"break" => T::Break,
        b"callable" => T::Callable,
        b"case" => T::Case,
        b"catch" => T::Catch,
        b"class" => T::Class,
        b"clone" => T::Clone,
        b"const" => T::Const,
        b"continue" => T::Continue,
        b"declare" => T::Declare,
        b"default" => T::Default,
        b"do" => T::Do,
        b"echo" => T::Echo,
        b"else" => T::Else,
        b"elseif" => T::ElseIf,
        b"empty" => T::Empty,
        b"enddeclare" => T::EndDeclare,
        b"endfor" => T::EndFor,
        b"endforeach" => T::EndForeach,
        b"endif" => T::EndIf,
        b"endswitch" => T::EndSwitch,
        b"endwhile" => T::EndWhile,
        b"eval" => T::Eval,
        b"exit" | b"die" => T::Exit,
        b"extends" => T::Extends,
        b"final" => T::Final,
        b"finally" => T::Finally,
        b"fn" => T::Fn,
        b"for" => T::For,
        b"foreach" => T::Foreach,
        b"function" => T::Function,
        b"global" => T::Global,
        b"goto" => T::Goto,
        b"__halt_compiler" => T::HaltCompiler,
        b"if" => T::If,
        b"implements" => T::Implements,
        b"include" | b"include_once" | b"require" | b"require_once" => T::Include,
        b"instanceof" => T::InstanceOf,
        b"insteadof" => T::InsteadOf,
        b"interface" => T::Interface,
        b"isset" => T::Isset,
        b"list" => T::List,
        b"match" => T::Match,
        b"namespace" => T::Namespace,
        b"new" => T::New,
        b"or" => T::Or,
        b"print" => T::Print,
        b"private" => T::Private,
        b"protected" => T::Protected,
        b"public" => T::Public,
        b"readonly" => T::Readonly,
        b"return" => T::Return,
        b"static" => T::Static,
        b"switch" => T::Switch,
        b"throw" => T::Throw,
        b"trait" => T::Trait,
        b"try" => T::Try,
        b"unset" => T::Unset,
        b"use" => T::Use,
        b"var" => T::VarWord,
        b"while" => T::While,
        b"xor" => T::Xor,
        b"yield" => T::Yield,
        b"__class__" | b"__dir__" | b"__file__" | b"__function__" | b"__line__" | b"__method__" | b"__namespace__" | b"__trait__" => {
            T::Magic
        }
        _ => T::Ident,
    }
}
