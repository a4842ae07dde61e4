//! `#[derive(DecodeMap)]`: reads a struct from deterministic CBOR (RFC 8949 §4.2).
//!
//! It takes the place of minicbor's `Decode` derive for structs that are maps with integer keys,
//! and reads the same attributes. minicbor's accepts keys in any order and maps of indefinite
//! length, and generates the code of every field twice for that; deterministic messages have one
//! order and one form, so here each field is read once, in ascending order. In the wallet's
//! WebAssembly that is the difference of a sixth.

mod field;

use proc_macro::TokenStream;
use quote::quote;
use syn::{Data, DeriveInput, Fields, parse_macro_input};

use field::Field;

/// Implements `minicbor::Decode` for a struct with named fields and `#[cbor(map)]`.
///
/// Attributes of a field: `#[n(KEY)]` or `#[cbor(n(KEY))]`, and `#[cbor(with = "module")]` or
/// `#[cbor(decode_with = "function")]` as minicbor has them. A field whose type is written
/// `Option<…>` may be absent; its function reads the value inside.
#[proc_macro_derive(DecodeMap, attributes(n, cbor))]
pub fn derive_decode_map(input: TokenStream) -> TokenStream {
    let input = parse_macro_input!(input as DeriveInput);
    expand(&input)
        .unwrap_or_else(syn::Error::into_compile_error)
        .into()
}

fn expand(input: &DeriveInput) -> syn::Result<proc_macro2::TokenStream> {
    let name = &input.ident;
    let Data::Struct(data) = &input.data else {
        return Err(syn::Error::new_spanned(name, "only structs are maps"));
    };
    let Fields::Named(named) = &data.fields else {
        return Err(syn::Error::new_spanned(name, "the fields need names"));
    };
    if !input.generics.params.is_empty() {
        return Err(syn::Error::new_spanned(&input.generics, "no generics here"));
    }
    let mut fields = named
        .named
        .iter()
        .map(Field::read)
        .collect::<syn::Result<Vec<_>>>()?;
    fields.sort_by_key(|field| field.key);
    if let Some(pair) = fields.windows(2).find(|pair| pair[0].key == pair[1].key) {
        return Err(syn::Error::new_spanned(&pair[1].name, "this key is taken"));
    }
    let names = fields.iter().map(|field| &field.name);
    let reads = fields.iter().map(Field::decode);
    Ok(quote! {
        impl<'bytes, Ctx> minicbor::Decode<'bytes, Ctx> for #name {
            fn decode(
                __decoder: &mut minicbor::Decoder<'bytes>,
                __context: &mut Ctx,
            ) -> core::result::Result<Self, minicbor::decode::Error> {
                let mut __fields = ::tallystick_protocol::wire::cbor::MapFields::begin(__decoder)?;
                #(#reads)*
                __fields.end()?;
                Ok(Self { #(#names),* })
            }
        }
    })
}
