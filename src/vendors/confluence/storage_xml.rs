//! Reading storage format: XML whose prefixes are declared nowhere, with the named entities of HTML in it.
//! <https://confluence.atlassian.com/conf91/confluence-storage-format-1442847767.html>

use std::fmt::Write as _;
use std::sync::LazyLock;

use roxmltree::{Document, Node, ParsingOptions};

/// The entities from U+00A0 to U+00FF, in order.
const LATIN: &str = "nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 \
     sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc \
     Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve \
     Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute \
     acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde \
     ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml";

/// The others of HTML 4, each with its code point. Those of XML need no declaration.
const SYMBOLS: &str = "OElig=152 oelig=153 Scaron=160 scaron=161 Yuml=178 fnof=192 circ=2C6 tilde=2DC Alpha=391 Beta=392 \
     Gamma=393 Delta=394 Epsilon=395 Zeta=396 Eta=397 Theta=398 Iota=399 Kappa=39A Lambda=39B Mu=39C \
     Nu=39D Xi=39E Omicron=39F Pi=3A0 Rho=3A1 Sigma=3A3 Tau=3A4 Upsilon=3A5 Phi=3A6 Chi=3A7 Psi=3A8 \
     Omega=3A9 alpha=3B1 beta=3B2 gamma=3B3 delta=3B4 epsilon=3B5 zeta=3B6 eta=3B7 theta=3B8 iota=3B9 \
     kappa=3BA lambda=3BB mu=3BC nu=3BD xi=3BE omicron=3BF pi=3C0 rho=3C1 sigmaf=3C2 sigma=3C3 tau=3C4 \
     upsilon=3C5 phi=3C6 chi=3C7 psi=3C8 omega=3C9 thetasym=3D1 upsih=3D2 piv=3D6 ensp=2002 emsp=2003 \
     thinsp=2009 zwnj=200C zwj=200D lrm=200E rlm=200F ndash=2013 mdash=2014 lsquo=2018 rsquo=2019 \
     sbquo=201A ldquo=201C rdquo=201D bdquo=201E dagger=2020 Dagger=2021 bull=2022 hellip=2026 \
     permil=2030 prime=2032 Prime=2033 lsaquo=2039 rsaquo=203A oline=203E frasl=2044 euro=20AC image=2111 \
     weierp=2118 real=211C trade=2122 alefsym=2135 larr=2190 uarr=2191 rarr=2192 darr=2193 harr=2194 \
     crarr=21B5 lArr=21D0 uArr=21D1 rArr=21D2 dArr=21D3 hArr=21D4 forall=2200 part=2202 exist=2203 \
     empty=2205 nabla=2207 isin=2208 notin=2209 ni=220B prod=220F sum=2211 minus=2212 lowast=2217 \
     radic=221A prop=221D infin=221E ang=2220 and=2227 or=2228 cap=2229 cup=222A int=222B there4=2234 \
     sim=223C cong=2245 asymp=2248 ne=2260 equiv=2261 le=2264 ge=2265 sub=2282 sup=2283 nsub=2284 \
     sube=2286 supe=2287 oplus=2295 otimes=2297 perp=22A5 sdot=22C5 lceil=2308 rceil=2309 lfloor=230A \
     rfloor=230B lang=2329 rang=232A loz=25CA spades=2660 clubs=2663 hearts=2665 diams=2666";

/// Declares what a stored body uses without declaring it.
static HEAD: LazyLock<String> = LazyLock::new(|| {
    let mut head = "<!DOCTYPE r [".to_owned();
    let latin = (0xA0_u32..).zip(LATIN.split(' '));
    let symbols = SYMBOLS.split(' ').filter_map(|entry| {
        let (name, code) = entry.split_once('=')?;
        Some((u32::from_str_radix(code, 16).ok()?, name))
    });
    for (code, name) in latin.chain(symbols) {
        // Writing to a text does not fail.
        let _ = write!(head, "<!ENTITY {name} '&#{code};'>");
    }
    head.push_str("]><r xmlns:ac=\"ac\" xmlns:ri=\"ri\" xmlns:at=\"at\">");
    head
});

/// Shows the element around a stored body; `None` where the body cannot be read.
pub(super) fn read<T>(storage: &str, with: impl FnOnce(Node<'_, '_>) -> T) -> Option<T> {
    let text = format!("{}{storage}</r>", *HEAD);
    let options = ParsingOptions {
        allow_dtd: true,
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(&text, options).ok()?;
    Some(with(document.root_element()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(storage: &str) -> Option<String> {
        read(storage, |root| root.text().unwrap_or_default().to_owned())
    }

    #[test]
    fn every_entity_of_html_is_the_character_it_names() {
        let known = [
            ("nbsp", '\u{a0}'),
            ("uuml", 'ü'),
            ("yuml", 'ÿ'),
            ("OElig", 'Œ'),
            ("Omega", 'Ω'),
            ("ndash", '–'),
            ("hellip", '…'),
            ("euro", '€'),
            ("rarr", '→'),
            ("diams", '♦'),
        ];
        for (name, character) in known {
            assert_eq!(text(&format!("&{name};")), Some(character.to_string()));
        }
        assert_eq!(LATIN.split(' ').count(), 96);
        assert_eq!(SYMBOLS.split(' ').count(), 152);
        for name in LATIN.split(' ').chain(SYMBOLS.split(' ')) {
            let name = name.split('=').next().unwrap();
            assert!(text(&format!("&{name};")).is_some(), "{name}");
        }
    }

    #[test]
    fn what_is_not_well_formed_is_not_read() {
        for storage in [
            "<p>half",
            "&nonsense;",
            "</r><r>",
            "<x:y/>",
            "a ]]> b",
            "<p a=b/>",
        ] {
            assert_eq!(text(storage), None, "{storage}");
        }
    }
}
