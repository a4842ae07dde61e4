//! A field: its key, and how it is read.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{ExprPath, LitInt, LitStr, Type};

/// A field of a map.
pub(crate) struct Field {
    pub(crate) name: Ident,
    pub(crate) key: u32,
    /// The type is written `Option<…>`.
    optional: bool,
    /// A function in the place of the type's own `decode`.
    decode_with: Option<ExprPath>,
}

impl Field {
    pub(crate) fn read(field: &syn::Field) -> syn::Result<Self> {
        let mut read = Self {
            name: field
                .ident
                .clone()
                .ok_or_else(|| syn::Error::new_spanned(field, "a name is missing"))?,
            key: 0,
            optional: is_option(&field.ty),
            decode_with: None,
        };
        let mut key = None;
        for attribute in &field.attrs {
            if attribute.path().is_ident("n") {
                key = Some(attribute.parse_args::<LitInt>()?.base10_parse()?);
            } else if attribute.path().is_ident("cbor") {
                attribute.parse_nested_meta(|meta| read.take(&meta, &mut key))?;
            }
        }
        read.key = key.ok_or_else(|| syn::Error::new_spanned(field, "a key is missing"))?;
        Ok(read)
    }

    fn take(
        &mut self,
        meta: &syn::meta::ParseNestedMeta<'_>,
        key: &mut Option<u32>,
    ) -> syn::Result<()> {
        if meta.path.is_ident("n") {
            let content;
            syn::parenthesized!(content in meta.input);
            *key = Some(content.parse::<LitInt>()?.base10_parse()?);
            return Ok(());
        }
        let path = meta.value()?.parse::<LitStr>()?.parse::<ExprPath>()?;
        if meta.path.is_ident("decode_with") {
            self.decode_with = Some(path);
        } else if meta.path.is_ident("with") {
            let mut function = path;
            function.path.segments.push(format_ident!("decode").into());
            self.decode_with = Some(function);
        } else if !meta.path.is_ident("encode_with") && !meta.path.is_ident("cbor_len") {
            return Err(meta.error("DecodeMap does not know this attribute"));
        }
        Ok(())
    }

    /// Reads the field into a variable of its name. What is absent has no key: a null in its place
    /// is not deterministic, so what is read is the value inside the option.
    pub(crate) fn decode(&self) -> TokenStream {
        let Self { name, key, .. } = self;
        let value = match &self.decode_with {
            Some(function) => quote!(#function(__decoder, __context)?),
            None => quote!(minicbor::Decode::decode(__decoder, __context)?),
        };
        if self.optional {
            quote! {
                let #name = if __fields.has(__decoder, #key)? { Some(#value) } else { None };
            }
        } else {
            quote! {
                __fields.require(__decoder, #key)?;
                let #name = #value;
            }
        }
    }
}

fn is_option(written: &Type) -> bool {
    let Type::Path(path) = written else {
        return false;
    };
    path.path
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "Option")
}
